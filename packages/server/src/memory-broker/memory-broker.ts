import { BaroError } from '@baro/core'
import {
  type Appended,
  type AppendOptions,
  type Broker,
  type Cancel,
  consoleLog,
  defaultClaimLimits,
  type Entry,
  Followers,
  type HistoryBounds,
  Leads,
  MemberSets,
  NodeListeners,
  pooledRandomness,
  RememberedClaims,
  type Report,
  type SetChange,
  type SetStep,
  type SingleNodeOptions,
  singleNodeDefaults,
  singleNodeRules,
} from '@baro/core/broker'
import {
  type AtPosition,
  checkedOptions,
  createId,
  formatPosition,
  membersChannel,
  membersHistory,
  startOf,
} from '@baro/core/protocol'
import { describeError } from '../observe/describe-error.ts'
import { heapLimitBytes } from '../system/heap-limit.ts'
import { nodeClock } from '../system/node-clock.ts'
import { defaultRoom } from './default-room.ts'
import { Channel, Records } from './records.ts'
import { Stream } from './stream.ts'

/** What `createMemoryBroker` takes. */
export interface MemoryBrokerOptions extends SingleNodeOptions {
  /**
   * What all channels may take of this process's memory, in bytes, estimated: kept publications, states, and what a
   * channel takes by itself. Above it the channels go whose last use is longest ago, those that nobody follows first, and
   * who comes back gets a reset. Who follows a channel is not counted; a hub bounds it by its sessions. Default 256 MiB,
   * or a quarter of the heap of this process (`--max-old-space-size`) if that is less.
   */
  readonly maxBytes?: number
}

/** What a memory broker holds, and what it let go for want of room. */
export interface MemoryUsage {
  /** Channels with a record. */
  readonly channels: number
  /** What they take, estimated. */
  readonly bytes: number
  /** Records that went before their time. */
  readonly droppedChannels: number
  /** Publications that went before their time, from channels that kept their record. */
  readonly trimmedPublications: number
}

/** The broker of a single node. */
export interface MemoryBroker extends Broker {
  /** How full it is: for a page or an alarm of the application. */
  usage(): MemoryUsage
}

const sweepIntervalMs = 10_000
// Some milliseconds of work. So a million channels are swept within minutes, without a pause that anybody notices.
const sweptAtOnce = 10_000
// An append makes room for itself in some microseconds; where that is not enough, the rest is done right after it.
const stepsOfAppend = 8
const stepsAtOnce = 1_000
const trimmedAtOnce = 100

/**
 * Makes the broker of a single node. It keeps everything in the memory of this process. A restart begins a new life of
 * every channel, so clients that come back get a reset, never a guess (I4).
 *
 * @throws {BaroError} `bad-definition` if an option does not exist, or makes no sense.
 *
 * @example
 * ```ts
 * const hub = createHub({ channels: [room], broker: createMemoryBroker({ idleTtlMs: 3_600_000 }) })
 * ```
 */
export function createMemoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  const {
    clock = nodeClock,
    randomness = pooledRandomness,
    idleTtlMs = singleNodeDefaults.idleTtlMs,
    maxBytes = defaultRoom(heapLimitBytes()),
    maxChannels = singleNodeDefaults.maxChannels,
    log = consoleLog,
    ...rest
  } = checkedOptions('createMemoryBroker', options, singleNodeRules)
  const claimLimits = { ...defaultClaimLimits, ...rest.claimLimits }
  let absentEpoch = createId(randomness)
  const channels = new Map<string, Channel>()
  const records = new Records({ maxBytes, maxChannels })
  let droppedChannels = 0
  let trimmedPublications = 0
  const claims = new RememberedClaims(createId(randomness), clock, claimLimits)
  const report: Report = (sentence, error) => log.error({}, `${sentence} ${describeError(error)}`)
  const nodes = new NodeListeners(report)
  const sets = new MemberSets(clock)
  const leads = new Leads(clock)
  let guestKey: string | undefined
  let unswept = channels.entries()
  let nextSweep: Cancel | undefined
  let moreRoom: Cancel | undefined
  let closed = false

  function channelOf(name: string): Channel {
    const known = channels.get(name)
    if (known) return known
    const made = new Channel(name)
    channels.set(name, made)
    sweepLater()
    return made
  }

  function forgetIfUnused(name: string, channel: Channel): void {
    if (!channel.stream && !channel.isFollowed && channels.get(name) === channel) channels.delete(name)
  }

  // The timer runs only while there is something to sweep, so that a test can see that nothing is left.
  function sweepLater(): void {
    nextSweep ??= clock.after(sweepIntervalMs, sweep)
  }

  function sweep(): void {
    nextSweep = undefined
    claims.forgetExpired(sweptAtOnce)
    for (let count = 0; count < sweptAtOnce; count++) {
      const next = unswept.next()
      if (next.done) {
        unswept = channels.entries()
        break
      }
      sweepChannel(next.value[1])
    }
    if (channels.size > 0 || !claims.isEmpty) sweepLater()
  }

  function sweepChannel(channel: Channel): void {
    const { stream } = channel
    if (!stream) return
    const elapsed = clock.elapsed()
    stream.trim(elapsed)
    if (stream.isIdle(elapsed, idleTtlMs) && !channel.isFollowed) drop(channel)
    else records.weigh(channel)
  }

  function drop(channel: Channel): void {
    records.forget(channel)
    channel.stream = undefined
    // Whoever still has a position of this life must not find it again in the next one (I4): not even a follower that
    // reads again as soon as it is told.
    absentEpoch = createId(randomness)
    forgetIfUnused(channel.name, channel)
    channel.followers?.lost(channel.name)
  }

  /** Lets go of what is too much, in no more than so many steps (I7). */
  function makeRoom(steps: number): void {
    for (let left = steps; left > 0; left--) {
      const step = records.next()
      if (!step || closed) return
      if (step.does === 'drop') {
        droppedChannels++
        drop(step.channel)
      } else trimForRoom(step.channel, step.stream, step.bytes)
    }
    if (closed) return
    moreRoom ??= clock.after(0, () => {
      moreRoom = undefined
      makeRoom(stepsAtOnce)
    })
  }

  function trimForRoom(channel: Channel, stream: Stream, bytes: number): void {
    const gone = stream.letGo(bytes, trimmedAtOnce)
    trimmedPublications += gone
    records.weigh(channel)
    if (gone === 0) records.isBare(channel)
  }

  /** It was read, or who follows it changed. */
  function used(channel: Channel | undefined): void {
    if (channel && !closed) records.used(channel)
  }

  function assertOpen(): void {
    if (closed) throw new BaroError('unavailable', 'The broker is closed. Make a new one.')
  }

  /** The stream of a channel. For a channel without a record: the stream that its first append would begin. */
  function streamOf(name: string): Stream {
    return channels.get(name)?.stream ?? new Stream(name, absentEpoch, clock.elapsed())
  }

  function headOf(name: string): AtPosition {
    return channels.get(name)?.stream?.head ?? startOf(absentEpoch)
  }

  function append(
    name: string,
    entries: readonly Entry[],
    bounds: HistoryBounds,
    options: AppendOptions = {},
  ): Appended {
    const stream = streamOf(name)
    const appended = stream.append(entries, bounds, clock.elapsed(), options)
    if (appended.outcome !== 'appended') return appended
    const channel = channelOf(name)
    channel.stream = stream
    records.used(channel)
    const { settle } = options
    if (settle) claims.settle(name, settle, { position: formatPosition(appended.delivery.position) })
    channel.followers?.deliver(appended.delivery)
    makeRoom(stepsOfAppend)
    return appended
  }

  /** Tells what has changed in a set. */
  function told<Change extends SetChange>({ change, entry }: SetStep<Change>): Change {
    if (!entry) return change
    const published: Entry = { ...entry, id: createId(randomness), time: clock.now() } as unknown as Entry
    const appended = append(change.set, [published], membersHistory)
    return appended.outcome === 'appended' ? { ...change, delivery: appended.delivery } : change
  }

  return {
    append(name, entries, bounds, options = {}) {
      assertOpen()
      const { settle } = options
      if (settle && !claims.isOpen(name, settle)) return { outcome: 'claim-over', answer: claims.answer(name, settle) }
      return append(name, entries, bounds, options)
    },

    async redact(name, place, tombstone, entry, bounds) {
      assertOpen()
      const channel = channels.get(name)
      const delivery = channel?.stream?.redact(place, tombstone, entry, bounds, clock.elapsed())
      if (!channel || !delivery) return undefined
      records.used(channel)
      channel.followers?.deliver(delivery)
      makeRoom(stepsOfAppend)
      return delivery
    },

    async read(name, range) {
      assertOpen()
      const view = streamOf(name).read(range, clock.elapsed())
      used(channels.get(name))
      return view
    },

    async heads(names) {
      assertOpen()
      return names.map(headOf)
    },

    async follow(name, follower) {
      assertOpen()
      const channel = channelOf(name)
      channel.followers ??= new Followers(report)
      const stop = channel.followers.add(follower)
      used(channel)
      return () => {
        stop()
        used(channel)
        forgetIfUnused(name, channel)
      }
    },

    async signal(signal) {
      assertOpen()
      channels.get(signal.channel)?.followers?.signal(signal)
    },

    async claimsEpoch() {
      return claims.epoch
    },

    claim(channel, key, terms) {
      assertOpen()
      sweepLater()
      return claims.claim(channel, key, terms)
    },

    settle(channel, key, answer) {
      assertOpen()
      return claims.settle(channel, key, answer)
    },

    release(channel, key) {
      assertOpen()
      claims.release(channel, key)
    },

    async readCheckpoint(name, version) {
      assertOpen()
      const channel = channels.get(name)
      used(channel)
      const members = sets.stateOf(name)
      if (members !== undefined) return { position: headOf(name), version: membersChannel.version, state: members }
      return channel?.stream?.readCheckpoint(version, clock.elapsed())
    },

    async writeCheckpoint(name, checkpoint) {
      assertOpen()
      const channel = channels.get(name)
      if (!channel?.stream || sets.stateOf(name) !== undefined) return
      channel.stream.writeCheckpoint(checkpoint, clock.elapsed())
      records.used(channel)
      makeRoom(stepsOfAppend)
    },

    presence: {
      async key() {
        guestKey ??= createId(randomness)
        return guestKey
      },
      touch(set, node, touch, terms) {
        assertOpen()
        return told(sets.touch(set, node, touch, terms))
      },
      expire(node, number) {
        assertOpen()
        return sets.expire(node, number).map(told)
      },
      members(set, { after, limit }) {
        assertOpen()
        return sets.page(set, after, limit)
      },
    },

    leadership: {
      lead(work, by, terms) {
        assertOpen()
        return leads.lead(work, by, terms)
      },
      resign: (work, by) => leads.resign(work, by),
    },

    async tell(message) {
      assertOpen()
      nodes.tell(message)
    },

    async hear(listener) {
      assertOpen()
      return nodes.add(listener)
    },

    async close() {
      closed = true
      nextSweep?.()
      moreRoom?.()
      channels.clear()
    },

    usage: () => ({ channels: records.count, bytes: records.bytes, droppedChannels, trimmedPublications }),
  }
}
