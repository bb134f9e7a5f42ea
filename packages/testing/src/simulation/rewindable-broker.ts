import type {
  AtPosition,
  Broker,
  BrokerSubscriber,
  Cancel,
  Checkpoint,
  Clock,
  Delivery,
  Entry,
  Log,
  Randomness,
} from '@baro/core'
import { createMemoryBroker } from '@baro/server'
import type { SeededRandomness } from '../seeded-randomness.ts'
import { foldNote, noteOf, room, type Tail } from './channels.ts'
import type { Moment, Truth } from './truth.ts'

/** What `createRewindableBroker` takes. */
export interface RewindableBrokerOptions {
  readonly clock: Clock
  readonly randomness: SeededRandomness
  readonly truth: Truth
  readonly idleTtlMs: number
  readonly log: Log
  /** A channel that had been dropped began anew. */
  beganAnew(): void
}

/** A memory broker that can lose what it has promised to keep, as a restored backup or a failed-over replica does. */
export interface RewindableBroker extends Broker {
  /**
   * Loses the newest publications of a channel and takes others in their place, all under the same epoch. Whoever
   * follows the channel is told `lost` a little later. Returns how many publications it lost.
   */
  rewind(channel: string, lose: number, take: readonly Entry[]): Promise<number>
}

/** One life of a channel: its living branch. */
interface Life {
  readonly epoch: string
  readonly kept: { readonly delivery: Delivery; readonly moment: Moment }[]
}

interface Follower {
  readonly subscriber: BrokerSubscriber
  stop: Cancel
  isEnded: boolean
}

/** How soon after an append somebody has folded it: much sooner than it is trimmed for its age. */
const foldedWithinMs = 30_000
/** How long a node may take to notice that the store is no longer what it was. */
const noticedWithinMs = 500

/**
 * Makes one around a real memory broker. A channel that was rewound goes on in a memory broker of its own, which was
 * given the same epoch and what is left of the history.
 */
export function createRewindableBroker(options: RewindableBrokerOptions): RewindableBroker {
  const { clock, randomness, truth, idleTtlMs, log } = options
  const first = createMemoryBroker({ clock, randomness: randomness.fork('first'), idleTtlMs, log })
  const rewound = new Map<string, Broker>()
  const lives = new Map<string, Life>()
  const followers = new Map<string, Set<Follower>>()
  let rewinds = 0
  let isClosed = false

  const keeperOf = (channel: string) => rewound.get(channel) ?? first

  /** Lets the truth know of an append, once, and before anybody else does. */
  function record(delivery: Delivery): void {
    const { channel, position } = delivery
    const life = lives.get(channel)
    if (life?.epoch === position.epoch) {
      if (position.offset > life.kept.length) life.kept.push({ delivery, moment: truth.appended(delivery) })
      return
    }
    if (life) options.beganAnew()
    const begun = { epoch: position.epoch, kept: [{ delivery, moment: truth.appended(delivery) }] }
    lives.set(channel, begun)
    foldLater(channel, begun)
  }

  /**
   * The hub that appended folds and leaves a checkpoint, unless it dies first. Then the next one to open the channel
   * would, but here nobody may, until the history has expired and the state with it. So the store sees to it.
   */
  function foldLater(channel: string, life: Life): void {
    clock.after(foldedWithinMs, () => {
      const newest = life.kept.at(-1)
      if (isClosed || lives.get(channel) !== life) return
      if (newest)
        void keeperOf(channel).writeCheckpoint(channel, checkpointAt(newest.delivery.position, newest.moment.tail))
      foldLater(channel, life)
    })
  }

  /** The subscriber behind a follower, as the keeper of the moment sees it. */
  function forward({ subscriber }: Follower): BrokerSubscriber {
    return {
      deliver(delivery) {
        record(delivery)
        subscriber.deliver(delivery)
      },
      signal: (signal) => subscriber.signal(signal),
      lost: () => subscriber.lost(),
    }
  }

  /** A memory broker with what is left of a life. */
  async function restore(channel: string, life: Life, keep: number, take: readonly Entry[]) {
    const broker = createMemoryBroker({
      clock,
      randomness: beginningWith(life.epoch, randomness.fork(`rewind ${rewinds++}`)),
      idleTtlMs,
      log,
    })
    for (const { delivery } of life.kept.slice(0, keep))
      await broker.append(channel, delivery.publication, room.history)
    const taken: Delivery[] = []
    let { tail } = life.kept[keep - 1]?.moment ?? { tail: { entries: [] } }
    for (const entry of take) {
      const delivery = await broker.append(channel, entry, room.history)
      tail = foldNote(tail, entry.id, noteOf(delivery.publication))
      taken.push(delivery)
    }
    // Whoever wrote there folded the state before history was trimmed, as every hub does.
    const position = taken.at(-1)?.position ?? life.kept[keep - 1]?.delivery.position
    if (position) await broker.writeCheckpoint(channel, checkpointAt(position, tail))
    return { broker, taken }
  }

  async function rewind(channel: string, lose: number, take: readonly Entry[]): Promise<number> {
    const life = lives.get(channel)
    const view = await keeperOf(channel).read(channel, { limit: 0, bytes: 0 })
    if (!life || view.epoch !== life.epoch || life.kept.length === 0) return 0
    const keep = Math.max(0, life.kept.length - lose)
    const { broker, taken } = await restore(channel, life, keep, take)
    // From here on in one go: nobody sees a moment in which the channel is neither the old nor the new one.
    const lost = life.kept.splice(keep)
    for (const { moment } of lost) truth.lost(moment)
    rewound.set(channel, broker)
    for (const delivery of taken) record(delivery)
    for (const follower of followers.get(channel) ?? []) {
      follower.stop()
      void followAt(broker, channel, follower)
      clock.after(randomness.integer(0, noticedWithinMs), () => {
        if (!follower.isEnded) follower.subscriber.lost()
      })
    }
    return lost.length
  }

  async function followAt(broker: Broker, channel: string, follower: Follower): Promise<void> {
    follower.stop = await broker.subscribe(channel, forward(follower))
    if (follower.isEnded) follower.stop()
  }

  return {
    claimsEpoch: first.claimsEpoch,
    async append(channel, entry, bounds) {
      const delivery = await keeperOf(channel).append(channel, entry, bounds)
      record(delivery)
      return delivery
    },
    read: (channel, range) => keeperOf(channel).read(channel, range),
    async subscribe(channel, subscriber) {
      const follower: Follower = { subscriber, stop: () => {}, isEnded: false }
      const all = followers.get(channel) ?? new Set()
      followers.set(channel, all.add(follower))
      await followAt(keeperOf(channel), channel, follower)
      return () => {
        follower.isEnded = true
        follower.stop()
        all.delete(follower)
      }
    },
    signal: (signal) => keeperOf(signal.channel).signal(signal),
    claim: first.claim,
    settle: first.settle,
    readCheckpoint: (channel) => keeperOf(channel).readCheckpoint(channel),
    writeCheckpoint: (channel, checkpoint) => keeperOf(channel).writeCheckpoint(channel, checkpoint),
    async close() {
      isClosed = true
      for (const broker of [first, ...rewound.values()]) await broker.close()
    },
    rewind,
  }
}

/** The checkpoint of a hub that stands there. */
function checkpointAt(position: AtPosition, { entries }: Tail): Checkpoint {
  return { position, version: room.version, state: { entries: entries.map((entry) => ({ ...entry })) } }
}

/** Randomness whose first id is the one given, so that a new memory broker begins with that epoch. */
function beginningWith(id: string, randomness: Randomness): Randomness {
  let isFirst = true
  return {
    fraction: randomness.fraction,
    bytes(count) {
      if (!isFirst) return randomness.bytes(count)
      isFirst = false
      return Buffer.from(id, 'base64url')
    },
  }
}
