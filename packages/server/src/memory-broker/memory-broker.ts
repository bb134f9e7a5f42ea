import {
  BaroError,
  type Broker,
  type Cancel,
  type Clock,
  createId,
  type Log,
  type Randomness,
  systemRandomness,
} from '@baro/core'
import { nodeClock } from '../system/node-clock.ts'
import { type ClaimLimits, Claims } from './claims.ts'
import { Followers } from './followers.ts'
import { absentView, Stream } from './stream.ts'

/** What `createMemoryBroker` takes. */
export interface MemoryBrokerOptions {
  /** Default: the time of the machine. */
  readonly clock?: Clock
  /** Where epochs come from. Default: the randomness of the machine. */
  readonly randomness?: Randomness
  /**
   * How long a channel is remembered after its last append or read, in milliseconds, once its history has expired and
   * nobody follows it. Then its state is gone, and who comes back gets a reset. Default 24 hours.
   */
  readonly idleTtlMs?: number
  /** How many publishes may be remembered at a time (I5). Default 10,000 of one user, 250,000 of all. */
  readonly claimLimits?: ClaimLimits
  /** Where a subscriber that threw is reported. Default `console`. */
  readonly log?: Log
}

/** A channel that has a record or is followed. */
interface Channel {
  stream: Stream | undefined
  readonly followers: Followers
}

const sweepIntervalMs = 10_000
// Some milliseconds of work; a million channels are swept within minutes without a pause anybody would notice.
const sweptAtOnce = 10_000

/**
 * Makes the broker of a single node: everything lives in the memory of this process and ends with it. A restart is a new
 * life of every channel, so clients that come back get a reset, never a guess (I4).
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
  const channels = new Map<string, Channel>()
  const claims = new Claims(clock, claimLimits)
  let absentEpoch = createId(randomness)
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

  // Nothing is left to sweep most of the time of a test, so the timer runs only while there is something.
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
    channel.stream?.trimByAge(elapsed)
    if (!channel.stream?.isIdle(elapsed, idleTtlMs) || !channel.followers.isEmpty) return
    channels.delete(name)
    // Whoever still has a position of this life must not find it again in the next one (I4).
    absentEpoch = createId(randomness)
  }

  function assertOpen(): void {
    if (closed) throw new BaroError('unavailable', 'The broker is closed. Make a new one.')
  }

  return {
    claimsEpoch: createId(randomness),

    async append(name, entry, bounds) {
      assertOpen()
      const channel = channelOf(name)
      const elapsed = clock.elapsed()
      channel.stream ??= new Stream(name, absentEpoch, elapsed)
      const delivery = channel.stream.append(entry, bounds, elapsed)
      channel.followers.deliver(delivery)
      return delivery
    },

    async read(name, range) {
      assertOpen()
      const stream = channels.get(name)?.stream
      return stream ? stream.read(range, clock.elapsed()) : absentView(absentEpoch, range.after)
    },

    async subscribe(name, subscriber) {
      assertOpen()
      const channel = channelOf(name)
      const end = channel.followers.add(subscriber)
      return () => {
        end()
        forgetIfUnused(name, channel)
      }
    },

    async signal(signal) {
      assertOpen()
      channels.get(signal.channel)?.followers.signal(signal)
    },

    async claim(scope, id, windowMs) {
      assertOpen()
      sweepLater()
      return claims.claim(scope, id, windowMs)
    },

    async settle(scope, id, answer) {
      assertOpen()
      claims.settle(scope, id, answer)
    },

    async readCheckpoint(name) {
      assertOpen()
      return channels.get(name)?.stream?.readCheckpoint(clock.elapsed())
    },

    async writeCheckpoint(name, checkpoint) {
      assertOpen()
      channels.get(name)?.stream?.writeCheckpoint(checkpoint)
    },

    async close() {
      closed = true
      nextSweep?.()
      channels.clear()
    },
  }
}
