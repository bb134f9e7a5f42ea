/** What a render reads, written down while it runs. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { BaroError } from '@baro/core'
import { type KeptPage, type NowOrLater, orElse, type PageRead, type PageStore } from '@baro/core/broker'
import { isOfMembers, quote } from '@baro/core/protocol'

/** Most snapshots that are written down of one render; a page that shows more is not kept. */
const maxReads = 1_000

/**
 * The newest mark that a render which begins now can know of. Where the store does not answer that is none: what is rendered counts as from
 * before any mark, and no request waits for the store.
 */
export function knownMark(store: Pick<PageStore, 'lastMark'>): NowOrLater<number> {
  return orElse(
    () => store.lastMark(),
    () => 0,
  )
}

/** One render, from its beginning on. */
export class RenderRecord {
  /** The path of the page, for errors. */
  readonly path: string
  /** Whether visitors share what comes of it. */
  readonly isShared: boolean
  /** Whether the hub keeps what comes of it, and serves an older page meanwhile: a cache behind it need not. */
  readonly isKept: boolean
  /** The newest mark of the store when it began. */
  readonly mark: number
  /** When it began, in milliseconds since 1970. */
  readonly began: number
  readonly #reads = new Map<string, PageRead>()
  readonly #tags = new Set<string>()
  #taggedLater: () => void = () => {}
  #hasAsked = false
  readonly #lacking = new Set<string>()
  #served: { readonly reads: readonly PageRead[]; readonly renderedAt: number; readonly mark: number } | undefined

  constructor({
    path,
    isShared,
    isKept,
    mark,
    began,
  }: Pick<RenderRecord, 'path' | 'isShared' | 'isKept' | 'mark' | 'began'>) {
    this.path = path
    this.isShared = isShared
    this.isKept = isKept
    this.mark = mark
    this.began = began
  }

  /** What was read to make something new. */
  get reads(): readonly PageRead[] {
    return [...this.#reads.values()]
  }

  /** What it can be marked by beside its path and its channels. */
  get tags(): readonly string[] {
    return [...this.#tags]
  }

  /** What a cache of the framework answered with instead of rendering: the answer is as old as that. */
  get served(): Pick<KeptPage, 'reads' | 'renderedAt' | 'mark'> | undefined {
    return this.#served
  }

  /**
   * Whether the answer is of this render: a cache of the framework was asked in it, and what that lacked was made in it. Else the
   * framework has joined it to another's that ran already.
   */
  get isOwn(): boolean {
    return this.#hasAsked && this.#lacking.size === 0
  }

  /** A cache of the framework is asked. */
  ask(): void {
    this.#hasAsked = true
  }

  /** It has nothing current under this key, which is to be made. */
  lack(key: string): void {
    this.#lacking.add(key)
  }

  /** What it lacked was made. */
  make(key: string): void {
    this.#lacking.delete(key)
  }

  /** Whether it has read more than is written down, so that nobody can say whether it is current. */
  get isOverfull(): boolean {
    return this.#reads.size > maxReads
  }

  /** Writes down what the page shows. Who is in a channel never makes a page stale: people come and go all the time. */
  add({ channel, position, version, isFound }: PageRead): void {
    if (isOfMembers({ channel }) || this.isOverfull) return
    const name = `${channel} ${position} ${version}`
    // What was read is in the bytes as well, and is surer than that.
    if (isFound && this.#reads.has(name)) return
    this.#reads.set(name, { channel, position, version, ...(isFound && { isFound }) })
  }

  tag(tags: readonly string[]): void {
    const before = this.#tags.size
    for (const tag of tags) this.#tags.add(tag)
    if (this.#tags.size > before) this.#taggedLater()
  }

  /** Is told of tags that come when the answer is there already: a framework may keep a page after it has sent it. */
  whenTagged(tagged: () => void): void {
    this.#taggedLater = tagged
  }

  /** The framework answers with what it kept. It may go on and render: what that reads is not of this. */
  serve({ reads, renderedAt, mark, tags }: Pick<KeptPage, 'reads' | 'renderedAt' | 'mark' | 'tags'>): void {
    this.tag(tags)
    const before = this.#served
    this.#served = {
      reads: [...(before?.reads ?? []), ...reads],
      renderedAt: Math.min(before?.renderedAt ?? renderedAt, renderedAt),
      mark: Math.min(before?.mark ?? mark, mark),
    }
  }
}

/** The render that the code which asks belongs to. */
export class RenderRecords {
  readonly #running = new AsyncLocalStorage<RenderRecord>()
  /** Renders that are not over. Those of a framework never are. */
  #open = 0

  /** The render of the caller, if it is one. */
  get current(): RenderRecord | undefined {
    return this.#running.getStore()
  }

  /** Runs a render: whatever it calls, also when it has answered, belongs to it. A framework keeps a page after it has sent it. */
  run<T>(record: RenderRecord, render: () => T): T {
    this.#open++
    return this.#running.run(record, render)
  }

  /**
   * Runs a render of which nothing counts once it is over. Then nothing is watched any more: before Node 24 each request, timer and promise
   * of a process costs more while a storage watches them, about a sixth of the CPU of a kept page (*measured*).
   */
  async runToItsEnd<T>(record: RenderRecord, render: () => Promise<T>): Promise<T> {
    try {
      return await this.run(record, render)
    } finally {
      if (--this.#open === 0) this.#running.disable()
    }
  }

  /** Runs what belongs to nobody: work that a render starts for others must not end up in its page. */
  apart<T>(work: () => T): T {
    return this.#running.exit(work)
  }

  /**
   * Refuses what must not get into a page that visitors share (never a private value in a shared page).
   *
   * @throws {BaroError} `refused`, with the path of the page.
   */
  assertMayBeRead(what: string): void {
    const record = this.current
    if (!record?.isShared) return
    throw new BaroError(
      'refused',
      `${what} is not public, and ${quote(record.path)} is rendered for a cache that all visitors share. Leave this path out of hub.pages by its policy, or read it in the browser.`,
    )
  }
}
