import { BaroError } from '@baro/core'
import {
  type Appended,
  type Broker,
  type ClaimKey,
  type Clock,
  type Delivery,
  type NodeListener,
  type NodeMessage,
  type NowOrLater,
  orElse,
  type StreamFollower,
  whenHere,
} from '@baro/core/broker'
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
  /** The node is about to hear what another one tells. */
  hearing?: (message: NodeMessage) => void
  /** The node is about to be told that it may have missed what others have told. */
  missing?: () => void
}

/** Which calls fail. */
export type StumbleKind = 'all' | 'appends' | 'redactions'

/** What one node sees of the broker, through a link that can fail. */
export interface BrokerLink extends Broker {
  readonly isCut: boolean
  /** Calls fail, deliveries are lost. An append may have been kept all the same. */
  cut(): void
  /** The link is back: everybody who follows or hears something is told `lost`. */
  mend(): void
  /** The next calls of this kind fail; deliveries go on, and nobody is told. */
  stumble(calls: number, which: StumbleKind): void
  /** For so long no state of this node is kept: what it offers does not fit, and what it writes fails. */
  keepNoState(ms: number): void
  /** Answers and deliveries come up to this late from now on, some deliveries twice or never. */
  delay(ms: number): void
  /** The node is dead: whatever it had asked is never answered. */
  kill(): void
}

/** Deliveries of a late link that never come, and that come twice. */
const [lostShare, doubledShare] = [0.05, 0.2]
/** Appends that are kept although they fail, and those that arrive when whoever made them has given them up. */
const [keptShare, heldUpShare] = [0.3, 0.2]
/** How late such an append arrives at most. */
const heldUpMs = 3_000
/** How soon a broker finds out that a delivery was lost: it compares heads from time to time. */
const noticedMs = 2_000

/** Makes a link that works. */
export function createBrokerLink({
  broker,
  clock,
  randomness,
  tally,
  called,
  hearing = () => {},
  missing = () => {},
}: BrokerLinkOptions): BrokerLink {
  /** Who is told, behind the link, and how to stop that. */
  const told = new Map<StreamFollower | NodeListener, () => void>()
  /** Claims of appends that failed, whatever became of them. */
  const unconfirmed = new Set<string>()
  let isCut = false
  let isDead = false
  const stumbles: Record<StumbleKind, number> = { all: 0, appends: 0, redactions: 0 }
  let delayMs = 0
  let keepsStateFromMs = 0
  let lastDueMs = 0

  /**
   * Passes a call on, and its answer back; while the link is cut it fails instead, unless it `slipsThrough` and does its
   * work unseen. Answers and deliveries travel apart: either may be there first.
   */
  async function pass<T>(call: () => NowOrLater<T>, isStruck = takeStumble(), slipsThrough = false): Promise<T> {
    called()
    if (isDead) return never()
    if (isStruck) {
      if (slipsThrough) await call()
      throw unreachable()
    }
    const answer = await call()
    if (delayMs > 0) await new Promise<void>((resolve) => clock.after(randomness.integer(0, delayMs), resolve))
    if (isDead) return never()
    if (isCut) throw unreachable()
    return answer
  }

  /** Whether this call fails. */
  function takeStumble(kind: StumbleKind = 'all'): boolean {
    if (isCut) return true
    if (stumbles[kind] === 0) return kind !== 'all' && takeStumble()
    stumbles[kind]--
    return true
  }

  /** Remembers who is told, and how to stop that. */
  async function tellBehind(
    behind: StreamFollower | NodeListener,
    begin: () => Promise<() => void>,
  ): Promise<() => void> {
    const stop = await pass(async () => {
      const end = await begin()
      if (isDead) end()
      else told.set(behind, end)
      return end
    })
    return () => {
      told.delete(behind)
      stop()
    }
  }

  const isUp = () => !isCut && !isDead

  const keepsState = () => clock.elapsed() >= keepsStateFromMs

  function noteOver({ outcome }: Appended): void {
    if (outcome === 'claim-over') tally.count('append came to nothing, its claim was over')
  }

  function deliver(behind: StreamFollower, follower: StreamFollower, delivery: Delivery): void {
    const arrive = () => {
      if (isUp() && told.has(behind)) follower.deliver(delivery)
    }
    if (delayMs === 0 && lastDueMs <= clock.elapsed()) return arrive()
    // In order: what is delivered at once must not overtake what is still on its way.
    lastDueMs = Math.max(lastDueMs, clock.elapsed() + (delayMs === 0 ? 0 : randomness.integer(0, delayMs)))
    const inMs = lastDueMs - clock.elapsed()
    const fate = delayMs === 0 ? 1 : randomness.fraction()
    if (fate < lostShare) {
      tally.count('broker delivery lost')
      clock.after(inMs + noticedMs, () => {
        if (!isCut && told.has(behind)) follower.lost()
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
    async append(...args) {
      const isStruck = !isDead && takeStumble('appends')
      const fate = isStruck ? randomness.fraction() : 1
      const [channel, entries, bounds, given = {}] = args
      const { settle, checkpoint } = given
      const isUnfit = checkpoint !== undefined && !keepsState()
      const append = () =>
        broker.append(
          channel,
          entries,
          bounds,
          isUnfit ? { ...given, checkpoint: { ...checkpoint, offset: 0 } } : given,
        )
      if (fate < keptShare) tally.count('append kept but not confirmed')
      else if (fate < keptShare + heldUpShare) {
        tally.count('append arrived after it was given up')
        clock.after(randomness.integer(1, heldUpMs), () =>
          orElse<unknown>(
            () => whenHere(append(), noteOver),
            () => {},
          ),
        )
      }
      if (isStruck && settle) unconfirmed.add(nameOf(channel, settle))
      const appended = await pass(append, isStruck, fate < keptShare)
      noteOver(appended)
      return appended
    },
    redact(...args) {
      const isStruck = !isDead && takeStumble('redactions')
      const slipsThrough = isStruck && randomness.chance(keptShare)
      if (slipsThrough) tally.count('redaction kept but not confirmed')
      return pass(() => broker.redact(...args), isStruck, slipsThrough)
    },
    read: (...args) => pass(() => broker.read(...args)),
    heads: (...args) => pass(() => broker.heads(...args)),
    follow(channel, follower) {
      const behind: StreamFollower = {
        deliver: (delivery) => deliver(behind, follower, delivery),
        signal: (signal) => {
          if (isUp()) follower.signal(signal)
        },
        lost: () => {
          if (isUp()) follower.lost()
        },
      }
      return tellBehind(behind, () => broker.follow(channel, behind))
    },
    signal: (signal) => pass(() => broker.signal(signal)),
    claimsEpoch: () => pass(() => broker.claimsEpoch()),
    claim: (...args) => pass(() => broker.claim(...args)),
    async settle(channel, key, answer) {
      const stands = await pass(() => broker.settle(channel, key, answer))
      if (stands && unconfirmed.delete(nameOf(channel, key)))
        tally.count(
          'position' in stands ? 'unconfirmed append was found kept' : 'unconfirmed append was settled as not kept',
        )
      return stands
    },
    release: (...args) => pass(() => broker.release(...args)),
    readCheckpoint: (...args) => pass(() => broker.readCheckpoint(...args)),
    writeCheckpoint(...args) {
      const isStruck = !keepsState() || takeStumble()
      if (isStruck) tally.count('checkpoint not written')
      return pass(() => broker.writeCheckpoint(...args), isStruck)
    },
    presence: {
      key: () => pass(() => broker.presence.key()),
      touch: (...args) => pass(() => broker.presence.touch(...args)),
      expire: (...args) => pass(() => broker.presence.expire(...args)),
      members: (...args) => pass(() => broker.presence.members(...args)),
    },
    leadership: {
      lead: (...args) => pass(async () => broker.leadership.lead(...args)),
      resign: (...args) => pass(async () => broker.leadership.resign(...args)),
    },
    tell: (message) => pass(() => broker.tell(message)),
    hear(listener) {
      const behind: NodeListener = {
        heard: (message) => {
          if (!isUp()) return
          hearing(message)
          listener.heard(message)
        },
        lost: () => {
          if (!isUp()) return
          missing()
          listener.lost()
        },
      }
      return tellBehind(behind, () => broker.hear(behind))
    },
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
      for (const one of [...told.keys()]) if (told.has(one)) one.lost()
    },
    stumble(calls, which) {
      stumbles[which] = calls
    },
    keepNoState(ms) {
      keepsStateFromMs = clock.elapsed() + ms
    },
    delay(ms) {
      delayMs = ms
    },
    kill() {
      isDead = true
      for (const stop of told.values()) stop()
      told.clear()
    },
  }
}

function nameOf(channel: string, key: ClaimKey): string {
  return `${channel} ${JSON.stringify(key)}`
}

function unreachable(): BaroError {
  return new BaroError('unavailable', 'The broker cannot be reached. Try again later.')
}

function never(): Promise<never> {
  return new Promise(() => {})
}
