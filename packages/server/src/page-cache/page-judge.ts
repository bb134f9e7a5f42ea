import {
  type Clock,
  isLater,
  type KeptPage,
  type NowOrLater,
  orElse,
  type PageRead,
  type PageStore,
  type StreamSource,
  whenHere,
} from '@baro/core/broker'
import { type AtPosition, formatPosition, parsePosition, positionAt } from '@baro/core/protocol'
import type { Registry, Resolved } from '../channel/registry.ts'
import type { Heads } from '../stream/heads.ts'
import { judgePage, type PageMoment, type PageVerdict } from './page-verdict.ts'
import { isRedacted, redactionTags } from './redacted-pages.ts'

/** What judging works with. */
export interface PageJudgeParts {
  readonly store: PageStore
  readonly heads: Pick<Heads, 'of'>
  readonly registry: Pick<Registry, 'resolve'>
  /** The stream of a channel that is not the broker's. */
  readonly viewOf: (resolved: Resolved) => StreamSource | undefined
  readonly clock: Pick<Clock, 'now'>
}

const nothing: readonly never[] = []
/** What is known of the marks of a page. */
type Marks = Pick<PageMoment, 'marks' | 'redactions'>

const noMarks: Marks = { marks: nothing, redactions: nothing }

/** Judges kept pages: asks where their channels stand, and compares. At once where nothing has to be waited for. */
export class PageJudge {
  readonly #parts: PageJudgeParts

  constructor(parts: PageJudgeParts) {
    this.#parts = parts
  }

  /** Whether a page is current. It never throws: where something cannot be found out, the page is not fresh. */
  judge(page: KeptPage): NowOrLater<PageVerdict> {
    const resolved = page.reads.map(({ channel }) => this.#resolve(channel))
    const heads = together(resolved.map((one) => this.#headOf(one)))
    const marks = this.#marksOf(page, resolved)
    if (!isLater(heads) && !isLater(marks)) return this.#verdict(page, resolved, heads, marks)
    return Promise.all([heads, marks]).then(([known, newest]) => this.#verdict(page, resolved, known, newest))
  }

  #verdict(
    page: KeptPage,
    resolved: readonly (Resolved | undefined)[],
    heads: PageMoment['heads'],
    marks: Marks,
  ): PageVerdict {
    const versions = resolved.map((one) => one?.definition.version)
    return judgePage(page, { now: this.#parts.clock.now(), heads, versions, ...marks })
  }

  /** Whether a tag was marked since, or nobody can say. */
  isMarked({ tags, mark }: Pick<KeptPage, 'tags' | 'mark'>): NowOrLater<boolean> {
    return whenHere(this.#marksOf({ tags }, nothing), ({ marks }) => marks.some((newest) => newest > mark))
  }

  /** Whether nobody may get a page that was rendered just now: something was taken back meanwhile that it may show. */
  isRedacted(page: Pick<KeptPage, 'reads' | 'mark'>): NowOrLater<boolean> {
    const { store, registry } = this.#parts
    return orElse<boolean>(
      () => isRedacted(page, store, registry),
      () => true,
    )
  }

  /**
   * The reads of a render as they are kept: a database snapshot is only a starting point, and becomes a position of its
   * stream, which can be compared with a head.
   */
  settle(reads: readonly PageRead[]): NowOrLater<readonly PageRead[]> {
    return together(reads.map((read) => this.#settle(read)))
  }

  /** The version of a channel's definition; empty if there is none. */
  versionOf(channel: string): string {
    return this.#resolve(channel)?.definition.version ?? ''
  }

  #settle(read: PageRead): NowOrLater<PageRead> {
    const position = parsePosition(read.position)
    const resolved = this.#resolve(read.channel)
    if (!position.ok || position.value.kind !== 'queried' || !resolved) return read
    const view = this.#parts.viewOf(resolved)
    if (!view?.resolve) return read
    // Without its place the page counts as one of another life: rendered too often, never too rarely.
    return view.resolve(position.value).then(
      (found) => (found?.from ? { ...read, position: formatPosition(positionAt(found.epoch, found.from)) } : read),
      () => read,
    )
  }

  #headOf(resolved: Resolved | undefined): NowOrLater<AtPosition | undefined> {
    if (!resolved) return undefined
    try {
      const head = this.#parts.heads.of(resolved)
      return isLater(head) ? head.catch(() => undefined) : head
    } catch {
      return undefined
    }
  }

  #marksOf({ tags }: Pick<KeptPage, 'tags'>, reads: readonly (Resolved | undefined)[]): NowOrLater<Marks> {
    const redacted = redactionTags(reads)
    if (tags.length === 0 && redacted.length === 0) return noMarks
    const asked = redacted.length === 0 ? tags : [...tags, ...redacted]
    // A store that does not answer: nobody knows, and the page counts as marked.
    const newest = orElse<readonly number[]>(
      () => this.#parts.store.marksOf(asked),
      () => asked.map(() => Number.POSITIVE_INFINITY),
    )
    return whenHere(newest, (all) =>
      redacted.length === 0
        ? { marks: all, redactions: nothing }
        : { marks: all.slice(0, tags.length), redactions: all.slice(tags.length) },
    )
  }

  #resolve(channel: string): Resolved | undefined {
    const resolved = this.#parts.registry.resolve(channel)
    return resolved.ok ? resolved.value : undefined
  }
}

/** All of them, at once if all are here. */
function together<T>(values: readonly NowOrLater<T>[]): NowOrLater<readonly T[]> {
  return values.some((value) => isLater(value as PromiseLike<T>)) ? Promise.all(values) : (values as readonly T[])
}
