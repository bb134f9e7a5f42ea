import type { Position } from '@baro/core/protocol'
import { type Principal, shareOf } from '../../access/principal.ts'

/** Most bookmarks of a node. */
export const maxBookmarks = 10_000
/** Most bookmarks of one user, or of the guests of one address. */
export const maxBookmarksOfOne = 100

/** Where a reader stands that cannot say it itself: it shows payloads alone, and opens the same URL again. */
export interface Bookmark {
  position: Position | undefined
}

interface Kept extends Bookmark {
  readonly share: string
}

/**
 * The bookmarks of this node. They are found by a name that the reader has chosen, so they are bounded: of one user or
 * address, and together. What was opened longest ago goes first, of whoever has the most (I7).
 */
export class Bookmarks {
  readonly #kept = new Map<string, Kept>()
  /** The names of each share, those opened last at the end. */
  readonly #shares = new Map<string, Set<string>>()

  /** The bookmark of this name. A user's is nobody else's. */
  open(channel: string, name: string, principal: Principal): Bookmark {
    const { user } = principal
    const full = JSON.stringify([user?.id ?? null, channel, name])
    const share = JSON.stringify(shareOf(principal))
    const kept = this.#kept.get(full) ?? { position: undefined, share }
    this.#forget(full)
    const names = this.#shares.get(kept.share) ?? new Set<string>()
    if (names.size >= maxBookmarksOfOne) this.#forgetOldest(names)
    if (this.#kept.size >= maxBookmarks) this.#forgetOldest(this.#largest())
    this.#kept.set(full, kept)
    this.#shares.set(kept.share, names.add(full))
    return kept
  }

  #largest(): ReadonlySet<string> {
    return [...this.#shares.values()].reduce((one, other) => (other.size > one.size ? other : one))
  }

  #forgetOldest(names: ReadonlySet<string>): void {
    for (const oldest of names) return this.#forget(oldest)
  }

  #forget(full: string): void {
    const kept = this.#kept.get(full)
    if (!kept) return
    this.#kept.delete(full)
    const names = this.#shares.get(kept.share)
    names?.delete(full)
    if (names?.size === 0) this.#shares.delete(kept.share)
  }
}
