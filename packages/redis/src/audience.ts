import { BaroError, type Signal } from '@baro/core'
import {
  type Cancel,
  type Clock,
  type Delivery,
  Followers,
  type NodeListener,
  NodeListeners,
  type NodeMessage,
  type Report,
  type StreamFollower,
} from '@baro/core/broker'
import { type AtPosition, comparePositions, orThrow, parseJson } from '@baro/core/protocol'
import { failureOf } from './link/failure.ts'
import type { Wire } from './link/wire.ts'
import { deliveryOf } from './publication-text.ts'

/** What an audience works with. */
export interface AudienceParts {
  readonly wire: Wire
  readonly clock: Clock
  readonly report: Report
  /** For how long to try to subscribe, in milliseconds. */
  readonly waitMs: number
  /** How often heads are compared, in milliseconds. */
  readonly compareMs: number
  /** The name in pub/sub of a channel, and that of what nodes tell each other. */
  readonly nameOf: (channel: string) => string
  readonly nodes: string
  readonly heads: (channels: readonly string[]) => Promise<readonly AtPosition[]>
}

/** One channel that this node follows. */
interface Followed {
  readonly channel: string
  readonly followers: Followers
  readonly subscribed: Promise<void>
  /** The newest position that was told. */
  told: AtPosition | undefined
  /** The newest position that was told, or that its followers were told to read up to. */
  seen: AtPosition | undefined
  /** The places of what this node appended, and told at once: what Redis tells of them is no news. */
  readonly own: Set<string>
  /** What had been told when the head was found to be another one. */
  doubted: AtPosition | undefined
}

const retryAfterMs = 50
const comparedAtOnce = 2_000
/** What is told twice does no harm. */
const mostOwn = 1_000

/**
 * Who hears what. Pub/sub may lose messages and does not say which, so it only wakes: where a connection was lost, and where the head of a
 * channel is not what was told, followers are told to read again (I2).
 */
export class Audience {
  readonly #parts: AudienceParts
  readonly #followed = new Map<string, Followed>()
  readonly #nodes: NodeListeners
  #hearing: Promise<void> | undefined
  #comparing: Cancel | undefined
  #isClosed = false

  constructor(parts: AudienceParts) {
    this.#parts = parts
    this.#nodes = new NodeListeners(parts.report)
  }

  async follow(channel: string, follower: StreamFollower): Promise<() => void> {
    const name = this.#parts.nameOf(channel)
    const followed = this.#followed.get(name) ?? this.#begin(name, channel)
    // Before it resolves, deliveries are of no meaning: whoever follows reads afterwards.
    await followed.subscribed
    const stop = followed.followers.add(follower)
    return () => {
      stop()
      if (!followed.followers.isEmpty || this.#followed.get(name) !== followed) return
      this.#followed.delete(name)
      this.#parts.wire.unsubscribe(name).catch(() => {})
    }
  }

  async hear(listener: NodeListener): Promise<() => void> {
    this.#hearing ??= this.#subscribe(this.#parts.nodes).catch((error) => {
      this.#hearing = undefined
      throw error
    })
    await this.#hearing
    return this.#nodes.add(listener)
  }

  heard(name: string, message: string): void {
    if (name === this.#parts.nodes) {
      this.#nodes.tell(orThrow(parseJson(message)) as unknown as NodeMessage)
      return
    }
    const followed = this.#followed.get(name)
    if (!followed) return
    if (message.startsWith('S')) {
      followed.followers.signal(orThrow(parseJson(message.slice(1))) as unknown as Signal)
      return
    }
    if (followed.own.size > 0 && followed.own.delete(placesIn(message))) return
    const [, epoch = '', follows = '', followsCheck = '', offset = '', check = '', ...texts] = message.split('\n')
    this.#deliver(followed, deliveryOf(followed.channel, [epoch, follows, followsCheck, offset, check], texts))
  }

  /**
   * This node has appended. Whoever follows here is told at once, if that follows what was told last: what Redis tells comes by another connection,
   * and costs as much as the append.
   */
  appended(channel: string, places: readonly string[], delivery: Delivery): void {
    const followed = this.#followed.get(this.#parts.nameOf(channel))
    if (!followed?.told || comparePositions(followed.told, delivery.follows) !== 'same') return
    if (followed.own.size < mostOwn) followed.own.add(places.join('\n'))
    this.#deliver(followed, delivery)
  }

  /** Anything may have been missed. */
  lost(): void {
    for (const followed of [...this.#followed.values()]) this.#lost(followed)
    this.#nodes.lost()
  }

  close(): void {
    this.#isClosed = true
    this.#comparing?.()
    this.#followed.clear()
  }

  #deliver(followed: Followed, delivery: Delivery): void {
    followed.told = followed.seen = delivery.position
    followed.followers.deliver(delivery)
  }

  #lost(followed: Followed): void {
    followed.own.clear()
    followed.told = followed.seen = undefined
    followed.doubted = undefined
    followed.followers.lost(followed.channel)
  }

  #begin(name: string, channel: string): Followed {
    const followed: Followed = {
      channel,
      followers: new Followers(this.#parts.report),
      subscribed: this.#subscribe(name),
      own: new Set(),
      told: undefined,
      seen: undefined,
      doubted: undefined,
    }
    this.#followed.set(name, followed)
    followed.subscribed.catch(() => {
      if (this.#followed.get(name) === followed) this.#followed.delete(name)
    })
    this.#compareLater()
    return followed
  }

  async #subscribe(name: string): Promise<void> {
    const { wire, clock, waitMs } = this.#parts
    const until = clock.elapsed() + waitMs
    for (;;)
      try {
        if (this.#isClosed) throw new BaroError('unavailable', 'The broker is closed. Make a new one.')
        return await wire.subscribe(name)
      } catch (error) {
        if (error instanceof BaroError) throw error
        if (failureOf(error) === 'refused' || clock.elapsed() >= until)
          throw new BaroError('unavailable', `Redis cannot be heard: ${(error as Error).message}`, { cause: error })
        await new Promise<void>((resolve) => void clock.after(retryAfterMs, resolve))
      }
  }

  #compareLater(): void {
    if (!this.#isClosed) this.#comparing ??= this.#parts.clock.after(this.#parts.compareMs, () => void this.#compare())
  }

  async #compare(): Promise<void> {
    const all = [...this.#followed.values()]
    for (let from = 0; from < all.length && !this.#isClosed; from += comparedAtOnce) {
      const some = all.slice(from, from + comparedAtOnce)
      const heads = await this.#parts.heads(some.map(({ channel }) => channel)).catch(() => [])
      for (const [index, head] of heads.entries()) if (some[index]) this.#judge(some[index], head)
    }
    this.#comparing = undefined
    if (this.#followed.size > 0) this.#compareLater()
  }

  /** A difference may be a delivery that is under way. One that is still there at the next comparison is not. */
  #judge(followed: Followed, head: AtPosition): void {
    const { seen } = followed
    if (!seen) followed.seen = head
    else if (comparePositions(head, seen) === 'same') followed.doubted = undefined
    else if (followed.doubted !== seen) followed.doubted = seen
    else {
      this.#lost(followed)
      followed.seen = head
    }
  }
}

/** A signal, as it goes through pub/sub. */
export function signalText(signal: Signal): string {
  return `S${JSON.stringify(signal)}`
}

/** What a node tells, as it goes through pub/sub. */
export function nodeText(message: NodeMessage): string {
  return JSON.stringify(message)
}

/** The places in the message of a delivery: what is between its first line and its texts. */
function placesIn(message: string): string {
  let end = 1
  for (let line = 0; line < 5 && end > 0; line++) end = message.indexOf('\n', end + 1)
  return message.slice(2, end < 0 ? undefined : end)
}
