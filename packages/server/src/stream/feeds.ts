import type { Cancel, NowOrLater } from '@baro/core/broker'
import type { Resolved } from '../channel/registry.ts'
import { Feed, type FeedParts } from './feed.ts'

/** How long a feed that nobody uses stays open: the next page view may need it. */
const feedLingerMs = 10_000

/** Most unused feeds that stay open: a stranger who walks through names must not fill the memory (I7). */
const maxUnusedFeeds = 1_000

/** The feeds of a node, one for each channel that somebody here uses. */
export class Feeds {
  readonly #parts: FeedParts
  readonly #held = new Map<string, { readonly feed: Feed; holders: number }>()
  readonly #unused = new Map<string, Cancel>()
  /** By channel: how many wait for its feed to open. */
  readonly #waiting = new Map<string, number>()

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  /** Whether the channel has a feed, so that another use of it costs little. */
  isHeld({ channel }: Resolved): boolean {
    return this.#held.has(channel)
  }

  /** Those that are held now. */
  *all(): Iterable<Feed> {
    for (const { feed } of this.#held.values()) yield feed
  }

  /** The feed of a channel, made if there is none. Each `hold` needs one `release`. */
  hold(resolved: Resolved): Feed {
    const { channel } = resolved
    this.#unused.get(channel)?.()
    this.#unused.delete(channel)
    const held = this.#held.get(channel)
    if (held) {
      held.holders++
      return held.feed
    }
    const feed = new Feed(resolved, this.#parts)
    this.#held.set(channel, { feed, holders: 1 })
    // A feed that cannot open is not kept, so that the next caller tries again.
    feed.opened.catch(() => this.#forget(channel, feed))
    return feed
  }

  release(feed: Feed): void {
    const { channel } = feed.resolved
    const held = this.#held.get(channel)
    if (held?.feed !== feed || --held.holders > 0) return
    this.#unused.set(
      channel,
      this.#parts.clock.after(feedLingerMs, () => this.#forget(channel, feed)),
    )
    const [oldest] = this.#unused.keys()
    const candidate = oldest === undefined ? undefined : this.#held.get(oldest)
    if (this.#unused.size > maxUnusedFeeds && candidate) this.#forget(candidate.feed.resolved.channel, candidate.feed)
  }

  /** Holds a feed while `use` runs, once the feed is open. */
  using<T>(resolved: Resolved, use: (feed: Feed) => NowOrLater<T>): NowOrLater<T> {
    const { channel } = resolved
    const feed = this.hold(resolved)
    // Callers go on in the order in which they came, so that appends keep their order: nobody passes one that waits.
    const waiting = this.#waiting.get(channel) ?? 0
    if (feed.isOpen && waiting === 0) return this.#released(feed, () => use(feed))
    this.#waiting.set(channel, waiting + 1)
    const goOn = (): void => {
      const left = (this.#waiting.get(channel) ?? 1) - 1
      if (left > 0) this.#waiting.set(channel, left)
      else this.#waiting.delete(channel)
    }
    return this.#released(feed, () =>
      feed.opened.then(
        () => {
          goOn()
          return use(feed)
        },
        (error) => {
          goOn()
          throw error
        },
      ),
    )
  }

  #released<T>(feed: Feed, use: () => NowOrLater<T>): NowOrLater<T> {
    let result: NowOrLater<T>
    try {
      result = use()
    } catch (error) {
      this.release(feed)
      throw error
    }
    if (result instanceof Promise) return result.finally(() => this.release(feed))
    this.release(feed)
    return result
  }

  closeAll(): void {
    for (const { feed } of [...this.#held.values()]) this.#forget(feed.resolved.channel, feed)
  }

  #forget(channel: string, feed: Feed): void {
    if (this.#held.get(channel)?.feed !== feed) return
    this.#unused.get(channel)?.()
    this.#unused.delete(channel)
    this.#held.delete(channel)
    feed.close()
  }
}
