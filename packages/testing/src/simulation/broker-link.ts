import { BaroError, type Broker, type BrokerSubscriber, type Clock, type Delivery } from '@baro/core'
import type { SeededRandomness } from '../seeded-randomness.ts'
import type { Tally } from './tally.ts'

/** What `createBrokerLink` takes. */
export interface BrokerLinkOptions {
  readonly broker: Broker
  readonly clock: Clock
  readonly randomness: SeededRandomness
  readonly tally: Tally
  /** Called for each call of the node; a node that asks for ever is stopped there. */
  called(): void
}

/** What one node sees of the broker, through a link that can fail. */
export interface BrokerLink extends Broker {
  readonly isCut: boolean
  /** Calls fail, deliveries are lost. An append may have been kept all the same. */
  cut(): void
  /** The link is back: everybody who follows something is told `lost`. */
  mend(): void
  /** The next calls fail; deliveries go on, and nobody is told. */
  stumble(calls: number): void
  /** Answers and deliveries come up to this late from now on, some deliveries twice or never. */
  delay(ms: number): void
  /** The node is dead: whatever it had asked is never answered. */
  kill(): void
}

/** Deliveries of a late link that never come, and that come twice. */
const [lostShare, doubledShare] = [0.05, 0.2]
/** How soon a broker finds out that a delivery was lost: it compares heads from time to time. */
const noticedMs = 2_000

/** Makes a link that works. */
export function createBrokerLink({ broker, clock, randomness, tally, called }: BrokerLinkOptions): BrokerLink {
  const subscribers = new Map<BrokerSubscriber, () => void>()
  let isCut = false
  let isDead = false
  let stumbles = 0
  let delayMs = 0
  let lastDueMs = 0

  /**
   * Passes a call on, and its answer back; while the link is cut it fails instead, unless it `slipsThrough` and does its
   * work unseen. Answers and deliveries travel apart: either may be there first.
   */
  async function pass<T>(call: () => Promise<T>, slipsThrough = false): Promise<T> {
    called()
    if (isDead) return never()
    if (isCut || stumbles > 0) {
      if (!isCut) stumbles--
      if (slipsThrough) await call()
      throw unreachable()
    }
    const answer = await call()
    if (delayMs > 0) await new Promise<void>((resolve) => clock.after(randomness.integer(0, delayMs), resolve))
    if (isDead) return never()
    if (isCut) throw unreachable()
    return answer
  }

  function deliver(subscriber: BrokerSubscriber, delivery: Delivery): void {
    const arrive = () => {
      if (!isCut && !isDead && subscribers.has(subscriber)) subscriber.deliver(delivery)
    }
    if (delayMs === 0 && lastDueMs <= clock.elapsed()) return arrive()
    // In order: what is delivered at once must not overtake what is still on its way.
    lastDueMs = Math.max(lastDueMs, clock.elapsed() + (delayMs === 0 ? 0 : randomness.integer(0, delayMs)))
    const inMs = lastDueMs - clock.elapsed()
    const fate = delayMs === 0 ? 1 : randomness.fraction()
    if (fate < lostShare) {
      tally.count('broker delivery lost')
      clock.after(inMs + noticedMs, () => {
        if (!isCut && subscribers.has(subscriber)) subscriber.lost()
      })
      return
    }
    clock.after(inMs, arrive)
    if (fate > 1 - doubledShare && fate < 1) {
      tally.count('broker delivery doubled')
      clock.after(inMs, arrive)
    }
  }

  return {
    claimsEpoch: broker.claimsEpoch,
    append(channel, entry, bounds) {
      const slipsThrough = (isCut || stumbles > 0) && !isDead && randomness.chance(0.3)
      if (slipsThrough) tally.count('append kept but not confirmed')
      return pass(() => broker.append(channel, entry, bounds), slipsThrough)
    },
    read: (channel, range) => pass(() => broker.read(channel, range)),
    async subscribe(channel, subscriber) {
      const behind: BrokerSubscriber = {
        deliver: (delivery) => deliver(subscriber, delivery),
        signal: (signal) => {
          if (!isCut && !isDead) subscriber.signal(signal)
        },
        lost: () => {
          if (!isCut && !isDead) subscriber.lost()
        },
      }
      const stop = await pass(async () => {
        const end = await broker.subscribe(channel, behind)
        if (isDead) end()
        else subscribers.set(subscriber, end)
        return end
      })
      return () => {
        subscribers.delete(subscriber)
        stop()
      }
    },
    signal: (signal) => pass(() => broker.signal(signal)),
    claim: (scope, id, windowMs) => pass(() => broker.claim(scope, id, windowMs)),
    settle: (scope, id, answer) => pass(() => broker.settle(scope, id, answer)),
    readCheckpoint: (channel) => pass(() => broker.readCheckpoint(channel)),
    writeCheckpoint: (channel, checkpoint) => pass(() => broker.writeCheckpoint(channel, checkpoint)),
    close: async () => {},

    get isCut() {
      return isCut
    },
    cut() {
      isCut = true
    },
    mend() {
      if (!isCut) return
      isCut = false
      for (const subscriber of [...subscribers.keys()]) subscriber.lost()
    },
    stumble(calls) {
      stumbles = calls
    },
    delay(ms) {
      delayMs = ms
    },
    kill() {
      isDead = true
      for (const stop of subscribers.values()) stop()
      subscribers.clear()
    },
  }
}

function unreachable(): BaroError {
  return new BaroError('unavailable', 'The broker cannot be reached. Try again later.')
}

function never(): Promise<never> {
  return new Promise(() => {})
}
