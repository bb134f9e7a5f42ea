import type { Log, Publication } from '@baro/core'
import type {
  Appended,
  AppendOptions,
  Broker,
  Cancel,
  Checkpoint,
  ClaimKey,
  Clock,
  Delivery,
  Entry,
  HistoryBounds,
  NowOrLater,
  Randomness,
  StreamFollower,
} from '@baro/core/broker'
import { formatPosition, positionAfter } from '@baro/core/protocol'
import { createMemoryBroker } from '@baro/server'
import type { SeededRandomness } from '../seeded-randomness.ts'
import { createSparseBroker } from '../sparse-broker.ts'
import { foldTruth, room } from './channels.ts'
import type { Moment, Truth } from './truth.ts'

/** What `createRewindableBroker` takes. */
export interface RewindableBrokerOptions {
  readonly clock: Clock
  readonly randomness: SeededRandomness
  readonly truth: Truth
  readonly idleTtlMs: number
  /** Leaves offsets out. */
  readonly isSparse: boolean
  readonly log: Log
  /** A channel that had been dropped began anew. */
  beganAnew(): void
  /** What was taken back is there again, because the notice was lost. */
  undone(): void
}

/** A memory broker that can lose what it has promised to keep, as a restored backup or a failed-over replica does. */
export interface RewindableBroker extends Broker {
  /**
   * Loses the newest publications of a channel and takes others in their place, all under the same epoch. Whoever
   * follows the channel is told `lost` a little later. Returns how many publications it lost.
   */
  rewind(channel: string, lose: number, take: readonly Entry[]): Promise<number>
  /** What was published in this life of a channel, and not lost since; most of it is trimmed. */
  livingOf(channel: string): readonly Moment[]
}

/** A publication, and what stands in its place since it was taken back. */
interface Kept {
  readonly publication: Publication
  readonly moment: Moment
  tombstone?: { readonly publication: Publication; readonly notice: Moment | undefined }
}

/** One life of a channel: its living branch. */
interface Life {
  readonly epoch: string
  readonly kept: Kept[]
}

type SettlingAppend = [string, readonly Entry[], HistoryBounds, AppendOptions & { readonly settle: ClaimKey }]

interface Follower {
  readonly told: StreamFollower
  stop: Cancel
  isEnded: boolean
}

/** To look at a claim is to make one; it is given back at once if nobody had it. */
const lookingMs = 60_000
/** How long a node may take to notice that the store is no longer what it was. */
const noticedWithinMs = 500

/**
 * Makes one around a real memory broker. A channel that was rewound goes on in a memory broker of its own, which was
 * given the same epoch and what is left of the history.
 */
export function createRewindableBroker(options: RewindableBrokerOptions): RewindableBroker {
  const { clock, randomness, truth, idleTtlMs, isSparse, log } = options
  const first = createKeeper(randomness.fork('first'))
  const rewound = new Map<string, Broker>()
  const lives = new Map<string, Life>()
  const followers = new Map<string, Set<Follower>>()
  let turn: Promise<unknown> = Promise.resolve()
  let rewinds = 0

  const keeperOf = (channel: string) => rewound.get(channel) ?? first

  function createKeeper(itsRandomness: Randomness): Broker {
    const keeper = createMemoryBroker({ clock, randomness: itsRandomness, idleTtlMs, log })
    // All of one seed: where a channel goes on, it leaves out the same offsets.
    return isSparse ? createSparseBroker(keeper) : keeper
  }

  /** Lets the truth know of an append, once, and before anybody else does. */
  function record(delivery: Delivery): void {
    const { channel, position, publications } = delivery
    const life = lives.get(channel)
    const isNew = life?.epoch !== position.epoch
    if (publications.length === 0 || (!isNew && position.offset <= (life.kept.at(-1)?.moment.offset ?? 0))) return
    const moments = truth.appended(delivery)
    const kept = publications.flatMap((publication, index) => {
      const moment = moments[index]
      return moment ? [{ publication, moment }] : []
    })
    if (!isNew) {
      life.kept.push(...kept)
      return
    }
    if (life) options.beganAnew()
    lives.set(channel, { epoch: position.epoch, kept })
  }

  /** What a follower is told, as the keeper of the moment sees it. */
  function forward({ told }: Follower): StreamFollower {
    return {
      deliver(delivery) {
        record(delivery)
        told.deliver(delivery)
      },
      signal: (signal) => told.signal(signal),
      lost: () => told.lost(),
    }
  }

  /** A memory broker with what is left of a life. */
  async function restore(channel: string, life: Life, keep: number, take: readonly Entry[]) {
    const broker = createKeeper(beginningWith(life.epoch, randomness.fork(`rewind ${rewinds++}`)))
    const left = life.kept.slice(0, keep)
    const moments = new Set(left.map(({ moment }) => moment))
    // What has lost the notice is from before it: a backup has what was taken back since.
    for (const one of left)
      if (one.tombstone?.notice && !moments.has(one.tombstone.notice)) {
        delete one.tombstone
        options.undone()
      }
    await broker.append(
      channel,
      left.map(({ publication, tombstone }) => tombstone?.publication ?? publication),
      room.history,
    )
    const taken = await broker.append(channel, take, room.history)
    if (taken.outcome !== 'appended') throw new Error('A broker that was made just now kept nothing.')
    // Whoever wrote there folded the state before history was trimmed, as every hub does.
    const { tail } = left.at(-1)?.moment ?? { tail: { entries: [] } }
    const folded = taken.delivery.publications.reduce(foldTruth, tail)
    const { epoch, offset } = taken.delivery.position
    if (epoch !== life.epoch) throw new Error(`The rewound channel is in the life ${epoch}, not in ${life.epoch}.`)
    const id = taken.delivery.publications.at(-1)?.id ?? left.at(-1)?.moment.id
    if (id !== undefined) await broker.writeCheckpoint(channel, checkpointAt({ epoch, offset, id, tail: folded }))
    return { broker, taken: taken.delivery }
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
    record(taken)
    for (const follower of followers.get(channel) ?? []) {
      follower.stop()
      void followAt(broker, channel, follower)
      clock.after(randomness.integer(0, noticedWithinMs), () => {
        if (!follower.isEnded) follower.told.lost()
      })
    }
    return lost.length
  }

  async function followAt(broker: Broker, channel: string, follower: Follower): Promise<void> {
    follower.stop = await broker.follow(channel, forward(follower))
    if (follower.isEnded) follower.stop()
  }

  /** One after the other, so that nothing comes between the two halves of {@link appendAndSettle}. */
  function inTurn<Answer>(call: () => NowOrLater<Answer>): Promise<Answer> {
    const answer = turn.then(call)
    turn = answer.catch(() => {})
    return answer
  }

  /** All claims are in the first keeper, so where a channel was rewound its keeper cannot settle them by itself. */
  async function appendAndSettle(
    keeper: Broker,
    ...[channel, entries, bounds, options]: SettlingAppend
  ): Promise<Appended> {
    const { settle, ...rest } = options
    const claim = await first.claim(channel, settle, { windowMs: lookingMs, share: { of: 'application' } })
    if (claim.outcome === 'granted') await first.release(channel, settle)
    if (claim.outcome !== 'pending')
      return { outcome: 'claim-over', answer: claim.outcome === 'settled' ? claim.answer : undefined }
    const appended = await keeper.append(channel, entries, bounds, rest)
    if (appended.outcome === 'appended')
      await first.settle(channel, settle, { position: formatPosition(appended.delivery.position) })
    return appended
  }

  return {
    claimsEpoch: first.claimsEpoch,
    async append(channel, entries, bounds, options = {}) {
      const keeper = keeperOf(channel)
      const { settle } = options
      const appended =
        settle && keeper !== first
          ? await inTurn(() => appendAndSettle(keeper, channel, entries, bounds, { ...options, settle }))
          : await keeper.append(channel, entries, bounds, options)
      if (appended.outcome === 'appended') record(appended.delivery)
      return appended
    },
    async redact(channel, place, tombstone, ...rest) {
      const { offset } = place
      const delivery = await keeperOf(channel).redact(channel, place, tombstone, ...rest)
      if (!delivery) return undefined
      record(delivery)
      const life = lives.get(channel)
      const kept = life?.kept.find(({ moment }) => moment.offset === offset)
      if (kept) {
        const { id, time } = kept.publication
        const notice = life?.kept.find(({ moment }) => moment.offset === delivery.position.offset)?.moment
        // Two nodes may do it at once: then there are two notices, and the first one says since when.
        kept.tombstone = {
          publication: { ...tombstone, offset, id, time },
          notice: kept.tombstone?.notice ?? notice,
        }
      }
      return delivery
    },
    read: (channel, range) => keeperOf(channel).read(channel, range),
    async heads(channels) {
      const heads = await Promise.all(channels.map((channel) => keeperOf(channel).heads([channel])))
      return heads.flat()
    },
    async follow(channel, told) {
      const follower: Follower = { told, stop: () => {}, isEnded: false }
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
    claim: (...args) => inTurn(() => first.claim(...args)),
    settle: (...args) => inTurn(() => first.settle(...args)),
    release: (...args) => inTurn(() => first.release(...args)),
    readCheckpoint: (channel, version) => keeperOf(channel).readCheckpoint(channel, version),
    writeCheckpoint: (channel, checkpoint) => keeperOf(channel).writeCheckpoint(channel, checkpoint),
    presence: first.presence,
    leadership: first.leadership,
    tell: first.tell,
    hear: first.hear,
    async close() {
      for (const broker of [first, ...rewound.values()]) await broker.close()
    },
    rewind,
    livingOf: (channel) => lives.get(channel)?.kept.map(({ moment }) => moment) ?? [],
  }
}

/** The checkpoint of a hub that stands there. */
function checkpointAt({ epoch, offset, id, tail }: Pick<Moment, 'epoch' | 'offset' | 'id' | 'tail'>): Checkpoint {
  const entries = tail.entries.map((entry) => ({ ...entry }))
  return { position: positionAfter(epoch, { offset, id }), version: room.version, state: { entries } }
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
