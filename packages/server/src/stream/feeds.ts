import type { Cancel } from '@baro/core/broker'
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

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  /** Whether the channel has a feed, so that another use of it costs little. */
  isHeld({ channel }: Resolved): boolean {
    return this.#held.has(channel)
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
  async using<T>(resolved: Resolved, use: (feed: Feed) => T | Promise<T>): Promise<T> {
    const feed = this.hold(resolved)
    try {
      // Awaited also if it is open already: callers go on in the order in which they came, so appends keep their order.
      await feed.opened
      return await use(feed)
    } finally {
      this.release(feed)
    }
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
