import type { RequestListener } from 'node:http'
import type { KeptPage, NowOrLater, PageStore } from '@baro/core/broker'
import type { PagesOptions } from './keep-pages.ts'
import type { PageJudge } from './page-judge.ts'
import type { PagePolicy } from './page-policy.ts'
import type { RenderRecords } from './render-record.ts'

/**
 * The parts of a hub that keep pages, for who puts the cache of a framework on them: it writes what the framework rendered,
 * with what its render read, and asks the judge before it hands it out again.
 */
export interface PageParts {
  readonly store: PageStore
  readonly judge: Pick<PageJudge, 'judge' | 'settle' | 'versionOf'>
  readonly records: Pick<RenderRecords, 'current'>
  /** What the hub was given as `pagePolicy`. */
  readonly policy: PagePolicy
  /** Milliseconds since 1970, as pages are dated. */
  now(): number
  /** The tag of all pages at a path, however it is spelled. */
  tagOf(path: string): string
  /** The snapshots that stand in the bytes of a page. */
  embeddedReads(body: Uint8Array): KeptPage['reads']
  /**
   * Runs the work for one request, so that its renders are written down. What it reads may be for this request alone.
   */
  recorded<T>(path: string, work: () => T): NowOrLater<T>
  /**
   * As `hub.pages`, in front of a framework that sees to it itself that nothing of one visitor gets into a page of all, and
   * says `private` of such a page.
   *
   * @param saidBy The header, lower-case, by which the framework says what its own cache did. That cache asks `records.current`
   * then (`ask`). An answer for which it did not ask is the answer to another request, and is not kept.
   */
  inFrontOf(framework: RequestListener, saidBy: string, options?: PagesOptions): RequestListener
}
