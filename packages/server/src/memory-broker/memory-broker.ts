import {
  type AtPosition,
  BaroError,
  type Broker,
  type Cancel,
  type Clock,
  createId,
  formatPosition,
  type Log,
  type Randomness,
  startOf,
  systemRandomness,
} from '@baro/core'
import { nodeClock } from '../system/node-clock.ts'
import { type ClaimLimits, Claims } from './claims.ts'
import { Followers } from './followers.ts'
import { NodeListeners } from './node-listeners.ts'
import { Stream } from './stream.ts'

/** What `createMemoryBroker` takes. */
export interface MemoryBrokerOptions {
  /** Default: the time of the machine. */
  readonly clock?: Clock
  /** Makes the epochs. Default: the randomness of the machine. */
  readonly randomness?: Randomness
  /**
   * How long a channel is remembered after its last append or read, in milliseconds, once its history has expired and
   * nobody follows it. After that its state is gone, and a reader that comes back gets a reset. Default 24 hours.
   */
  readonly idleTtlMs?: number
  /**
   * How many claims may be remembered at a time (I5): ids, producers, and unconfirmed answers. Default: 10,000 of one
   * user, 250,000 of all together.
   */
  readonly claimLimits?: ClaimLimits
  /** Where an exception in a follower is reported. Default `console`. */
  readonly log?: Log
}

/** A channel that has a record or is followed. */
interface Channel {
  stream: Stream | undefined
  readonly followers: Followers
}

const sweepIntervalMs = 10_000
// Some milliseconds of work. So a million channels are swept within minutes, without a pause that anybody notices.
const sweptAtOnce = 10_000

/**
 * Makes the broker of a single node. It keeps everything in the memory of this process. A restart begins a new life of
 * every channel, so clients that come back get a reset, never a guess (I4).
 *
 * @example
 * ```ts
 * const hub = createHub({ channels: [room], broker: createMemoryBroker({ idleTtlMs: 3_600_000 }) })
 * ```
 */
export function createMemoryBroker({
  clock = nodeClock,
  randomness = systemRandomness,
  idleTtlMs = 24 * 3_600_000,
  claimLimits = { perScope: 10_000, total: 250_000 },
  log = console,
}: MemoryBrokerOptions = {}): Broker {
  let absentEpoch = createId(randomness)
  const channels = new Map<string, Channel>()
  const claims = new Claims(createId(randomness), clock, claimLimits)
  const nodes = new NodeListeners(log)
  let unswept = channels.entries()
  let nextSweep: Cancel | undefined
  let closed = false

  function channelOf(name: string): Channel {
    const known = channels.get(name)
    if (known) return known
    const made: Channel = { stream: undefined, followers: new Followers(log) }
    channels.set(name, made)
    sweepLater()
    return made
  }

  function forgetIfUnused(name: string, channel: Channel): void {
    if (!channel.stream && channel.followers.isEmpty && channels.get(name) === channel) channels.delete(name)
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
      sweepChannel(...next.value)
    }
    if (channels.size > 0 || !claims.isEmpty) sweepLater()
  }

  function sweepChannel(name: string, channel: Channel): void {
    const elapsed = clock.elapsed()
    channel.stream?.trim(elapsed)
    if (!channel.stream?.isIdle(elapsed, idleTtlMs) || !channel.followers.isEmpty) return
    channels.delete(name)
    // A position of this life must not be valid in the next one (I4).
    absentEpoch = createId(randomness)
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

  return {
    async append(name, entries, bounds, options = {}) {
      assertOpen()
      const { settle } = options
      if (settle && !claims.isOpen(name, settle)) return { outcome: 'claim-over', answer: claims.answer(name, settle) }
      const stream = streamOf(name)
      const appended = stream.append(entries, bounds, clock.elapsed(), options)
      if (appended.outcome !== 'appended') return appended
      const channel = channelOf(name)
      channel.stream = stream
      if (settle) claims.settle(name, settle, { position: formatPosition(appended.delivery.position) })
      channel.followers.deliver(appended.delivery)
      return appended
    },

    async redact(name, offset, tombstone, entry, bounds) {
      assertOpen()
      const channel = channels.get(name)
      const delivery = channel?.stream?.redact(offset, tombstone, entry, bounds, clock.elapsed())
      if (delivery) channel?.followers.deliver(delivery)
      return delivery
    },

    async read(name, range) {
      assertOpen()
      return streamOf(name).read(range, clock.elapsed())
    },

    async heads(names) {
      assertOpen()
      return names.map(headOf)
    },

    async follow(name, follower) {
      assertOpen()
      const channel = channelOf(name)
      const stop = channel.followers.add(follower)
      return () => {
        stop()
        forgetIfUnused(name, channel)
      }
    },

    async signal(signal) {
      assertOpen()
      channels.get(signal.channel)?.followers.signal(signal)
    },

    async claimsEpoch() {
      return claims.epoch
    },

    async claim(channel, key, terms) {
      assertOpen()
      sweepLater()
      return claims.claim(channel, key, terms)
    },

    async settle(channel, key, answer) {
      assertOpen()
      return claims.settle(channel, key, answer)
    },

    async release(channel, key) {
      assertOpen()
      claims.release(channel, key)
    },

    async readCheckpoint(name) {
      assertOpen()
      return channels.get(name)?.stream?.readCheckpoint(clock.elapsed())
    },

    async writeCheckpoint(name, checkpoint) {
      assertOpen()
      channels.get(name)?.stream?.writeCheckpoint(checkpoint)
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
      channels.clear()
    },
  }
}
