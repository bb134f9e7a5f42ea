/**
 * Takes the pages away that show a channel in which something was taken back: nobody gets them any more, on this node at
 * once, on others as soon as the broker has told them, and within a second their bytes are gone. A node that may have
 * missed it renders every page anew that shows a moderated channel.
 */
import type { Log } from '@baro/core'
import {
  type Broker,
  type Cancel,
  type Clock,
  type KeptPage,
  type NowOrLater,
  type PageStore,
  whenHere,
} from '@baro/core/broker'
import type { Hearing } from '../access/hearing.ts'
import type { Registry, Resolved } from '../channel/registry.ts'
import { describeError } from '../observe/describe-error.ts'

/** What it works with. */
export interface RedactedPagesParts {
  readonly store: Pick<PageStore, 'mark' | 'purge'>
  readonly broker: Pick<Broker, 'tell'>
  readonly hearing: Pick<Hearing, 'add'>
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
  /** Names this node, which does not do again what it told. */
  readonly node: string
}

/** What nodes tell each other. */
const redacted = 'baro:redacted'

/** The tag of every page that shows a moderated channel. */
const moderatedTag = 'redacted'

const none: readonly string[] = []

/** The tags by which a page is marked when something is taken back that it may show. No page can be marked so by hand. */
export function redactionTags(reads: readonly (Resolved | undefined)[]): readonly string[] {
  // Asked for each hit, and nearly no page shows such a channel.
  if (!reads.some((read) => read?.definition.moderated)) return none
  return [...reads.flatMap((read) => (read?.definition.moderated ? [redactedTag(read.channel)] : [])), moderatedTag]
}

/**
 * The store, which does not keep a page any more whose render began before something was taken back that it shows: a slow
 * render would put the bytes back.
 */
export function withoutRedacted(store: PageStore, registry: Pick<Registry, 'resolve'>): PageStore {
  return {
    read: (key) => store.read(key),
    drop: (key) => store.drop(key),
    lease: (key, ms) => store.lease(key, ms),
    release: (key) => store.release(key),
    lastMark: () => store.lastMark(),
    mark: (tags) => store.mark(tags),
    marksOf: (tags) => store.marksOf(tags),
    purge: (tags) => store.purge(tags),
    close: () => store.close(),
    write: (key, page) =>
      whenHere(isRedacted(page, store, registry), (isGone) =>
        isGone ? undefined : store.write(key, isModerated(page, registry) ? withTag(page) : page),
      ),
  }
}

/** Whether something that a page may show was taken back after its render had begun. */
export function isRedacted(
  page: Pick<KeptPage, 'reads' | 'mark'>,
  store: Pick<PageStore, 'marksOf'>,
  registry: Pick<Registry, 'resolve'>,
): NowOrLater<boolean> {
  const tags = redactionTags(resolvedReads(page, registry))
  return tags.length > 0 && whenHere(store.marksOf(tags), (marks) => marks.some((newest) => newest > page.mark))
}

function isModerated(page: KeptPage, registry: Pick<Registry, 'resolve'>): boolean {
  return resolvedReads(page, registry).some((read) => read?.definition.moderated)
}

function withTag(page: KeptPage): KeptPage {
  return { ...page, tags: [...page.tags, moderatedTag] }
}

function resolvedReads({ reads }: Pick<KeptPage, 'reads'>, registry: Pick<Registry, 'resolve'>) {
  return reads.map(({ channel }) => {
    const resolved = registry.resolve(channel)
    return resolved.ok ? resolved.value : undefined
  })
}

/** How long after the first of several redactions the bytes of pages are purged: at most so often all of them are looked at. */
const purgeAfterMs = 1_000
/** Tags that one purge is for. With more, it is not waited for. */
const mostPurged = 1_000

export class RedactedPages {
  readonly #parts: RedactedPagesParts
  readonly #purged = new Set<string>()
  #cancelPurge: Cancel | undefined

  constructor(parts: RedactedPagesParts) {
    this.#parts = parts
    parts.hearing.add({
      heard: ({ type, payload }) => {
        if (type !== redacted) return
        const { node, channel } = payload as { readonly [name: string]: unknown }
        if (node === parts.node || typeof channel !== 'string') return
        this.#behind('mark pages', () => parts.store.mark([redactedTag(channel)]))
        this.#purgeSoon(tagOf(channel))
      },
      missed: () => {
        this.#behind('mark pages', () => parts.store.mark([moderatedTag]))
        this.#purgeSoon(moderatedTag)
      },
    })
  }

  /**
   * @throws {BaroError} `unavailable` if the other nodes could not be told, or whatever the store throws.
   */
  async stale(channel: string): Promise<void> {
    const { store, broker, node } = this.#parts
    await store.mark([redactedTag(channel)])
    this.#purgeSoon(tagOf(channel))
    await broker.tell({ type: redacted, payload: { node, channel } })
  }

  /** Nothing is purged any more. */
  close(): void {
    this.#cancelPurge?.()
  }

  #purgeSoon(tag: string): void {
    this.#purged.add(tag)
    if (this.#purged.size >= mostPurged) return this.#purge()
    this.#cancelPurge ??= this.#parts.clock.after(purgeAfterMs, () => this.#purge())
  }

  #purge(): void {
    this.#cancelPurge?.()
    this.#cancelPurge = undefined
    const tags = [...this.#purged]
    this.#purged.clear()
    this.#behind('purge pages', () => this.#parts.store.purge(tags))
  }

  #behind(what: string, work: () => unknown): void {
    Promise.resolve()
      .then(work)
      .catch((error) =>
        this.#parts.log.error({}, `Could not ${what} after something was taken back: ${describeError(error)}`),
      )
  }
}

/** Every page has it that shows the channel. */
function tagOf(channel: string): string {
  return `channel:${channel}`
}

function redactedTag(channel: string): string {
  return `redacted:${channel}`
}
