import type { Json } from '../json.ts'
import type { NowOrLater } from '../now-or-later.ts'

/** A snapshot that a render has read: the page shows this channel as it was at this position. */
export interface PageRead {
  readonly channel: string
  /** As text; `none` where there was no hub. */
  readonly position: string
  /** The `version` of the definition that made the value. */
  readonly version: string
  /** It was found in the bytes of the page, where it may be the text of a stranger. */
  readonly isFound?: true
}

/** For how long, and how far behind, a page is good. Spans are milliseconds; `Infinity` is for ever. */
export interface KeptPolicy {
  /** It is fresh until it is so old. */
  readonly maxAgeMs: number
  /** After that it is served stale for so long, while one render runs. */
  readonly maxStaleMs: number
  /** It is fresh while it lacks at most so many publications of each of its channels. */
  readonly maxBehind: number
  /** It is served stale while it lacks at most so many; after that its visitors wait for the render. */
  readonly waitBehind: number
  /** It is rendered at most once in this time. */
  readonly minIntervalMs: number
}

/** A page as it was rendered, with everything that decides whether it is current. */
export interface KeptPage {
  /** What is needed to answer with it, beside its bytes: a status and headers, or what a framework has to have back. */
  readonly about: Json
  /** Its bytes by name: the body, compressed forms of it, payloads of a framework. Nobody changes them. */
  readonly parts: Readonly<Record<string, Uint8Array>>
  /** The snapshots that it shows. */
  readonly reads: readonly PageRead[]
  /** What it can be marked by: `path:/news`, `channel:room:42`, tags of a framework. */
  readonly tags: readonly string[]
  /** {@link PageStore.lastMark} before its render began: it knows nothing of later marks. */
  readonly mark: number
  /** When its render began, in milliseconds since 1970. */
  readonly renderedAt: number
  readonly policy: KeptPolicy
}

/** Clocks of nodes differ by as much. A page from further in the future was dated by a clock that was ahead. */
export const maxSkewMs = 5_000

/**
 * Keeps rendered pages, for one node or for all. It judges none: whether a page is current is a comparison of its positions
 * with the heads of its channels, so a page that was kept too long, written late or lost is never taken for a fresh one.
 *
 * A store is bounded in bytes, and drops what was not read for the longest time. Any call may fail with `unavailable`:
 * then the node renders as if nothing were kept. What waits for nothing is answered at once, since a hit costs little else.
 */
export interface PageStore {
  /** The page of this key. Asked for each request of a page. Whoever gets it does not change it. */
  read(key: string): NowOrLater<KeptPage | undefined>

  /**
   * Keeps a page, unless one is kept whose render began later: two nodes may render at once, and the slower one must not
   * put the older page back. One that is dated more than `maxSkewMs` from now gives way: after a clock that was ahead was
   * set back, it would keep out every page until that time has come.
   */
  write(key: string, page: KeptPage): NowOrLater<void>

  /** Forgets the page of this key. */
  drop(key: string): NowOrLater<void>

  /**
   * Lets one caller on all nodes render the page of this key, for at most `ms`: of many nodes that find it stale in one
   * moment one renders. True for exactly one caller until the lease ends or is given back. It saves work and nothing
   * else, so a store may forget leases.
   */
  lease(key: string, ms: number): NowOrLater<boolean>

  /** Gives a lease back. */
  release(key: string): NowOrLater<void>

  /**
   * The number of the newest mark of all, which only rises. Asked before a render begins.
   */
  lastMark(): NowOrLater<number>

  /**
   * Marks everything that has one of these tags as stale, whatever its positions. Each mark gets a number above all before.
   * A page with a smaller number was rendered from before, even if its render still runs: that is why no clock is asked.
   */
  mark(tags: readonly string[]): NowOrLater<void>

  /**
   * The number of the newest mark of each tag, in their order; for one that was never marked a number that was the last of all once. A store may forget old
   * marks, if it then answers with a number that is at least that of the forgotten one: rendered too often, never too rarely.
   */
  marksOf(tags: readonly string[]): NowOrLater<readonly number[]>

  /**
   * Forgets every page that has one of these tags, so that its bytes are in this store no more, nor among the copies of this
   * node. Called on each node, at most once a second, when something was taken back: a page that is only marked would keep
   * the bytes until somebody asks for it.
   */
  purge(tags: readonly string[]): NowOrLater<void>

  /** Releases everything. Nobody uses the store afterwards. */
  close(): NowOrLater<void>
}
