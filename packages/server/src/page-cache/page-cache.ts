/**
 * The pages of a hub, kept: who asks for one gets it from the store if it is current, or while one render runs that makes
 * it so. Many who ask in one moment wait for the same render.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Log } from '@baro/core'
import { type Clock, type KeptPage, type NowOrLater, orElse, type PageStore, whenHere } from '@baro/core/broker'
import { describeError } from '../observe/describe-error.ts'
import { mayBeShared, readCacheControl } from './cache-control.ts'
import { cacheStatusOf, type HowAnswered } from './cache-status.ts'
import { embeddedReads } from './embedded-reads.ts'
import { type Flight, Flights } from './flights.ts'
import { answerWithPage, formsOf, headOf, type KeptVariants, variantsIn } from './kept-answer.ts'
import type { KnownRequests } from './known-requests.ts'
import type { PageJudge } from './page-judge.ts'
import { type PagePolicy, policyFor } from './page-policy.ts'
import { type PageKeying, type PageRequest, varyOf } from './page-request.ts'
import type { PageVerdict } from './page-verdict.ts'
import { RenderRecord, type RenderRecords } from './render-record.ts'
import { type Rendered, type RenderedAnswer, renderPage, runHandler } from './rendered.ts'
import { tagOfPath, targetOf } from './tag-of-place.ts'

/** What a page cache works with. */
export interface PageCacheParts {
  readonly store: PageStore
  readonly judge: PageJudge
  readonly records: RenderRecords
  readonly clock: Pick<Clock, 'now' | 'elapsed' | 'after'>
  readonly log: Log
}

/** The pages of one handler. */
export interface PagesOf {
  readonly handler: RequestListener
  readonly keying: PageKeying
  /** Says which page each request is for. */
  readonly requests: Pick<KnownRequests, 'pageOf'>
  readonly policyOf: (path: string) => PagePolicy | undefined
  readonly renderTimeoutMs: number
  readonly maxPageBytes: number
  /** Whether a render may read what is for one visitor alone: the framework sees to it that such a page is not shared. */
  readonly isGuarded: boolean
  /**
   * The header, lower-case, by which a framework says what its own cache did for an answer; the record of the render then knows of
   * it. It says something of one request, so it is not kept.
   */
  readonly saidBy: string | undefined
}

/** What came of a render, for all who wait for it. */
type Flown =
  | { readonly came: 'page'; readonly page: KeptPage }
  /**
   * Not to be kept, and the same for all who asked in this moment: "not found", or an error. Without `isShared` it says that it is for
   * nobody else: somebody with a cookie, which the render did not see, may get something else.
   */
  | {
      readonly came: 'answer'
      readonly answer: RenderedAnswer
      readonly isShared: boolean
      readonly of: Pick<KeptPage, 'reads' | 'tags' | 'mark'>
    }
  /** For one visitor each: everybody asks the handler. */
  | { readonly came: 'private' }
  | { readonly came: 'nothing'; readonly why: 'render-failed' | 'render-late' }
  /** Another node renders it, and nobody here waits for that. */
  | { readonly came: 'elsewhere' }

/** A page whose render failed is not rendered again for so long, while there is an older one to serve. */
const retryAfterMs = 5_000
/** A page that is not to be kept is asked of the handler at once for so long. */
const passMs = 60_000
/** How often a node looks whether another has rendered what it waits for. */
const lookEveryMs = 50
/** Strangers choose addresses: more than so many are not remembered. */
const maxRemembered = 10_000

/** Keeps the pages of handlers. */
export class PageCache {
  readonly #parts: PageCacheParts
  readonly #flights = new Flights<Flown>()
  /** Until when a page is not rendered again, because that failed. */
  readonly #failed = new Map<string, number>()
  /** Until when a page is not rendered again behind its visitors: what comes of a render may be as old as what was there. */
  readonly #refreshed = new Map<string, number>()
  /** Until when a page is asked of its handler, because it is not to be kept. */
  readonly #private = new Map<string, number>()
  /** When it last said that the store does not answer. */
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(parts: PageCacheParts) {
    this.#parts = parts
  }

  /** Answers a request with a kept page, or by the handler. */
  answer(pages: PagesOf, request: IncomingMessage, response: ServerResponse): void {
    const page = pages.requests.pageOf(request)
    if (typeof page === 'string') {
      if (page === 'method') this.#watchUnsafe(request, response)
      return this.#pass(pages, request, response, page)
    }
    const policy = pages.policyOf(page.path)
    if (!policy || this.#isRemembered(this.#private, page.key)) return this.#pass(pages, request, response, 'bypass')
    const asking: Asking = { pages, policy, page, request, response }
    // Each step of a hit that waits for nothing is taken at once: a hit costs little else.
    void whenHere(this.#find(page), (kept) => this.#judgeFound(asking, kept))
  }

  #judgeFound(asking: Asking, kept: KeptUnder | undefined): NowOrLater<void> {
    if (!kept) return this.#answerFound(asking, undefined)
    return whenHere(this.#parts.judge.judge(kept.page), (verdict) => this.#answerJudged(asking, kept, verdict))
  }

  #answerJudged(asking: Asking, kept: KeptUnder, verdict: PageVerdict): void {
    if (verdict.state === 'fresh') return this.#answerFresh(asking, kept.page, verdict)
    // What shows something that was taken back is no page to fall back on, whatever comes of the render.
    const isRedacted = verdict.state === 'miss' && verdict.fault === 'redacted'
    this.#answerFound(asking, isRedacted ? undefined : { ...kept, verdict })
  }

  #answerFresh({ request, response }: Asking, page: KeptPage, { ageMs, ttlMs, behind }: FreshVerdict): void {
    if (response.headersSent || response.destroyed) return
    const cacheStatus = cacheStatusOf({ how: 'hit', ttlMs, behind })
    answerWithPage(page, request, response, { cacheStatus, ageMs, isFresh: true })
  }

  #answerFound(asking: Asking, found: Found | undefined): void {
    const { page, request, response } = asking
    // What varies is known where something was kept; else all that a render may see tells pages apart.
    const key = found?.key ?? page.variantKey(asking.pages.keying.headers)
    if (!found) return this.#wait(asking, key, undefined)
    const { verdict } = found
    if (verdict.state === 'fresh') return this.#answerFresh(asking, found.page, verdict)
    const isFailing = this.#isRemembered(this.#failed, key)
    if (verdict.state === 'miss' && !isFailing) {
      if (readCacheControl(request.headers['cache-control'])['only-if-cached'] && !response.headersSent)
        return void response.writeHead(504).end()
      return this.#wait(asking, key, found)
    }
    if (!isFailing && verdict.state === 'stale' && verdict.mayRender) void this.#refresh(asking, key, found)
    const behind = verdict.state === 'stale' ? verdict.behind : 0
    const fault = isFailing ? 'render-failed' : verdict.fault
    return this.#answerKept(asking, found.page, { how: 'stale', ttlMs: this.#ttlOf(found.page), fault, behind })
  }

  /** Renders, and answers with what comes of it; with the older page if nothing does. */
  #wait(asking: Asking, key: string, older: Found | undefined): void {
    const { pages, request, response } = asking
    if (older === undefined && readCacheControl(request.headers['cache-control'])['only-if-cached'])
      return void response.writeHead(504).end()
    void this.#flyFor(asking, key, older).then(async ({ flown, isCollapsed }) => {
      if (response.destroyed) return
      const forward = older ? 'stale' : 'uri-miss'
      const fault = older && 'fault' in older.verdict ? older.verdict.fault : undefined
      switch (flown.came) {
        case 'page': {
          const how: HowAnswered = { how: 'rendered', forward, fault, isStored: true, isCollapsed }
          if (await this.#isGone(flown.page)) return this.#pass(pages, request, response, 'bypass')
          return this.#answerKept(asking, flown.page, how)
        }
        case 'private':
          return this.#pass(pages, request, response, forward === 'stale' ? 'bypass' : forward)
        case 'answer':
          if (older && flown.answer.status >= 500) break
          if (!flown.isShared && request.headers.cookie !== undefined) {
            this.#remember(this.#private, asking.page.key, flown.answer.status >= 500 ? retryAfterMs : passMs)
            return this.#pass(pages, request, response, forward === 'stale' ? 'bypass' : forward)
          }
          if (await this.#isGone(flown.of)) return this.#pass(pages, request, response, 'bypass')
          return answerOnce(asking, flown.answer, { how: 'rendered', forward, fault, isStored: false, isCollapsed })
        case 'nothing':
          if (older) break
          return answerOnce(asking, failure(flown.why), { how: 'rendered', forward, isStored: false, isCollapsed })
      }
      const why = flown.came === 'nothing' ? flown.why : 'render-failed'
      // It was good enough to fall back on before the render, which took its time.
      if (await this.#isGone(older.page))
        return answerOnce(asking, failure(why), { how: 'rendered', forward, isStored: false, isCollapsed })
      this.#answerKept(asking, older.page, { how: 'stale', ttlMs: this.#ttlOf(older.page), fault: why, behind: 0 })
    })
  }

  /**
   * What comes of a render for somebody who waits. One that had begun before they asked may not know what they know: who has
   * changed something and marked the page asks for it at once, and would see it from before.
   */
  async #flyFor(asking: Asking, key: string, older: Found | undefined): Promise<Awaited> {
    for (let hasBegunBefore = true; ; hasBegunBefore = false) {
      const running = this.#flights.of(key)
      const flight = running ?? this.#fly(asking, key, older, true)
      const flown = await flight.came
      const isOutdated = running !== undefined && hasBegunBefore && (await this.#isOutdated(flown))
      if (flown.came !== 'elsewhere' && !isOutdated) return { flown, isCollapsed: running !== undefined }
      await flight.landed
    }
  }

  /** Whether it shows what was taken back while somebody waited. Whatever is handed out after a wait is asked this first. */
  #isGone(shown: Pick<KeptPage, 'reads' | 'mark'>): NowOrLater<boolean> {
    return this.#parts.judge.isRedacted(shown)
  }

  /** Whether it is clear that a render which begins now would come to something else. */
  async #isOutdated(flown: Flown): Promise<boolean> {
    const { judge } = this.#parts
    if (flown.came === 'page') return (await judge.judge(flown.page)).state === 'miss'
    return flown.came === 'answer' && judge.isMarked(flown.of)
  }

  /** Renders for those who come later. On all nodes one does. */
  async #refresh(asking: Asking, key: string, older: Found): Promise<void> {
    if (this.#flights.of(key) || this.#isRemembered(this.#refreshed, key)) return
    this.#remember(this.#refreshed, key, older.page.policy.minIntervalMs)
    await this.#fly(asking, key, older, false).landed
  }

  /** The render of a page: the one that runs, or a new one. */
  #fly(asking: Asking, key: string, older: Found | undefined, isAwaited: boolean): Flight<Flown> {
    return this.#flights.join(key, (tell) => this.#render(asking, key, older, isAwaited, tell))
  }

  async #render(
    asking: Asking,
    key: string,
    older: Found | undefined,
    isAwaited: boolean,
    tell: (flown: Flown) => void,
  ): Promise<void> {
    const { store } = this.#parts
    const { page } = asking
    const theirs = await this.#renderedElsewhere(asking, key, older, isAwaited)
    if (theirs) return tell(theirs)
    let render = await this.#renderOnce(asking)
    // What somebody else's render came to, which may be older than this one.
    if (isOfAnother(asking, render)) render = await this.#renderOnce(asking)
    try {
      await this.#land({ asking, key, ...render }, tell)
    } catch (error) {
      this.#parts.log.error({}, `The page ${JSON.stringify(page.path)} could not be kept: ${describeError(error)}`)
      tell({ came: 'private' })
    } finally {
      await this.#asked(() => store.release(key), undefined)
    }
  }

  async #renderOnce(asking: Asking): Promise<Render> {
    const { store, clock, records } = this.#parts
    const { pages, page } = asking
    const mark = await this.#asked(() => store.lastMark(), 0)
    const record = new RenderRecord({
      path: page.path,
      isShared: !pages.isGuarded,
      isKept: true,
      mark,
      began: clock.now(),
    })
    let wanted: RenderWanted | undefined
    const render = () =>
      renderPage(page, {
        handler: pages.handler,
        clock,
        timeoutMs: pages.renderTimeoutMs,
        maxBytes: pages.maxPageBytes,
        isEncrypted: page.key.startsWith('https:'),
        isWanted: (status, headers) => {
          wanted = wantedOf(asking, status, headers)
          return wanted.is !== 'private'
        },
      })
    const rendered = await (pages.isGuarded ? records.run(record, render) : records.runToItsEnd(record, render))
    return { record, rendered, wanted }
  }

  async #land({ asking, key, record, rendered, wanted }: Landing, tell: (flown: Flown) => void) {
    const { store, judge, log } = this.#parts
    const { page } = asking
    const path = JSON.stringify(page.path)
    if (rendered.outcome === 'threw' || rendered.outcome === 'late') {
      const isLate = rendered.outcome === 'late'
      const why = isLate
        ? `was not there after ${asking.pages.renderTimeoutMs} ms`
        : `threw: ${describeError(rendered.error)}`
      log.error({}, `The render of ${path} ${why}. Who has an older page gets that.`)
      this.#remember(this.#failed, key, retryAfterMs)
      return tell({ came: 'nothing', why: isLate ? 'render-late' : 'render-failed' })
    }
    if (rendered.outcome === 'left' || !wanted || wanted.is === 'private') {
      this.#remember(this.#private, page.key, passMs)
      await this.#asked(() => store.drop(key), undefined)
      return tell({ came: 'private' })
    }
    const { answer } = rendered
    // What is not kept is marked by its path alone.
    const asAnswer = { reads: [], tags: [tagOfPath(page.path)], mark: record.mark }
    if (wanted.is === 'error') {
      if (answer.status < 500) await this.#asked(() => store.drop(key), undefined)
      else {
        log.error({}, `The render of ${path} came to ${answer.status}. Who has an older page gets that.`)
        this.#remember(this.#failed, key, retryAfterMs)
      }
      return tell({ came: 'answer', answer, isShared: wanted.isShared, of: asAnswer })
    }
    // A record of its own: the render may go on and make the next page, which is not as old as the bytes of this one.
    const shown = new RenderRecord(record)
    const embedded = embeddedReads(answer.body, (channel) => judge.versionOf(channel))
    const { served } = record
    for (const read of [...record.reads, ...(served?.reads ?? []), ...embedded]) shown.add(read)
    // Nobody could say whether it is current.
    if (shown.isOverfull || record.isOverfull || isOfAnother(asking, { record, rendered, wanted }))
      return tell({ came: 'answer', answer, isShared: true, of: { ...asAnswer, reads: shown.reads } })
    const { saidBy } = asking.pages
    const reads = await judge.settle(shown.reads)
    const tags = [tagOfPath(page.path), ...new Set(reads.map(({ channel }) => `channel:${channel}`)), ...record.tags]
    const mark = Math.min(record.mark, served?.mark ?? record.mark)
    const renderedAt = Math.min(record.began, served?.renderedAt ?? record.began)
    const head = headOf(answer, saidBy)
    const about = { ...head, headers: [...head.headers] }
    const plain: KeptPage = {
      ...{ about, parts: { identity: answer.body }, reads, tags, mark, renderedAt },
      policy: wanted.policy,
    }
    this.#failed.delete(key)
    const { vary } = wanted
    let parts = plain.parts
    const write = () =>
      this.#asked(
        () => this.#write(page, { ...plain, parts, tags: [...new Set([...tags, ...record.tags])] }, vary),
        undefined,
      )
    const written = write()
    record.whenTagged(() => void write())
    tell({ came: 'page', page: plain })
    await written
    if (!head.isCompressible) return
    // Nobody waits for that. It is the same page, so a newer one stays.
    formsOf(answer.body).then(
      (forms) => {
        parts = forms
        return write()
      },
      (error) => log.error({}, `The page ${path} could not be compressed: ${describeError(error)}`),
    )
  }

  #write(page: PageRequest, kept: KeptPage, vary: readonly string[]): NowOrLater<void> {
    const { store } = this.#parts
    if (vary.length === 0) return store.write(page.key, kept)
    const variants: KeptVariants = { vary }
    const pointer: KeptPage = { ...kept, about: { vary: [...variants.vary] }, parts: {}, reads: [], tags: [] }
    return whenHere(store.write(page.key, pointer), () => store.write(page.variantKey(vary), kept))
  }

  /** What is kept of a page, and under which key. */
  #find(page: PageRequest): NowOrLater<KeptUnder | undefined> {
    return whenHere(this.#read(page.key), (kept) => this.#variantOf(page, kept))
  }

  #variantOf(page: PageRequest, kept: KeptPage | undefined): NowOrLater<KeptUnder | undefined> {
    const vary = kept && variantsIn(kept)
    if (!vary) return kept && { key: page.key, page: kept }
    const key = page.variantKey(vary)
    return whenHere(this.#read(key), (variant) => variant && { key, page: variant })
  }

  #read(key: string): NowOrLater<KeptPage | undefined> {
    return this.#asked(() => this.#parts.store.read(key), undefined)
  }

  /** What another node has rendered meanwhile, or does; `undefined` once this node is to render, which the store lends to it if it can. */
  async #renderedElsewhere(
    { pages, page }: Asking,
    key: string,
    older: Found | undefined,
    isAwaited: boolean,
  ): Promise<Flown | undefined> {
    const { store, clock, judge } = this.#parts
    const until = clock.elapsed() + pages.renderTimeoutMs
    // What another node renders may be outdated when it is done: whoever is lent the page then renders it.
    while (!(await this.#asked(() => store.lease(key, pages.renderTimeoutMs), true))) {
      if (!isAwaited) return { came: 'elsewhere' }
      if (clock.elapsed() >= until) return undefined
      await new Promise<void>((resolve) => {
        clock.after(lookEveryMs, resolve)
      })
      const found = await this.#find(page)
      if (found && (await judge.judge(found.page)).state !== 'miss') return { came: 'page', page: found.page }
    }
    // Another node may have rendered it since it was found stale here.
    const newer = await this.#newerThan(older, page)
    if (!newer) return undefined
    await this.#asked(() => store.release(key), undefined)
    return { came: 'page', page: newer }
  }

  async #newerThan(older: Found | undefined, page: PageRequest): Promise<KeptPage | undefined> {
    const found = await this.#find(page)
    if (!found || found.page.renderedAt <= (older?.page.renderedAt ?? Number.NEGATIVE_INFINITY)) return undefined
    return (await this.#parts.judge.judge(found.page)).state === 'fresh' ? found.page : undefined
  }

  #answerKept({ request, response }: Asking, page: KeptPage, answered: HowAnswered): void {
    if (response.headersSent || response.destroyed) return
    const isFresh = answered.how !== 'stale'
    const ageMs = this.#parts.clock.now() - page.renderedAt
    answerWithPage(page, request, response, { cacheStatus: cacheStatusOf(answered), ageMs, isFresh })
  }

  #pass(
    { handler }: PagesOf,
    request: IncomingMessage,
    response: ServerResponse,
    forward: 'method' | 'bypass' | 'uri-miss',
  ) {
    const cacheStatus = cacheStatusOf({ how: 'passed', forward })
    response.setHeader('Cache-Status', cacheStatus)
    runHandler(handler, request, response, (error) => {
      this.#parts.log.error({}, `The handler of ${JSON.stringify(targetOf(request))} threw: ${describeError(error)}`)
      if (response.headersSent) return void response.destroy()
      sendAnswer(request, response, failure('render-failed'), cacheStatus)
    })
  }

  /** Who has changed something by an unsafe method does not get the page from before (RFC 9111 §4.4). */
  #watchUnsafe(request: IncomingMessage, response: ServerResponse): void {
    const { method = '' } = request
    if (method === 'OPTIONS' || method === 'TRACE') return
    response.once('finish', () => {
      if (response.statusCode >= 400) return
      const [path = ''] = targetOf(request).split('?')
      void this.#asked(() => this.#parts.store.mark([tagOfPath(path)]), undefined)
    })
  }

  #ttlOf({ renderedAt, policy }: KeptPage): number {
    return renderedAt + policy.maxAgeMs - this.#parts.clock.now()
  }

  #remember(remembered: Map<string, number>, key: string, ms: number): void {
    remembered.delete(key)
    remembered.set(key, this.#parts.clock.elapsed() + ms)
    for (const [oldest] of remembered) {
      if (remembered.size <= maxRemembered) break
      remembered.delete(oldest)
    }
  }

  #isRemembered(remembered: Map<string, number>, key: string): boolean {
    const until = remembered.get(key)
    if (until === undefined) return false
    if (until > this.#parts.clock.elapsed()) return true
    remembered.delete(key)
    return false
  }

  /** What the store says; without it pages are rendered as if nothing were kept. */
  #asked<T>(ask: () => NowOrLater<T>, instead: T): NowOrLater<T> {
    return orElse(ask, (error) => this.#unanswered(error, instead))
  }

  #unanswered<T>(error: unknown, instead: T): T {
    const now = this.#parts.clock.elapsed()
    if (now - this.#toldAt > 10_000) {
      this.#toldAt = now
      this.#parts.log.error({}, `The page store does not answer, so pages are rendered: ${describeError(error)}`)
    }
    return instead
  }
}

/** What somebody gets who waits for a render. */
interface Awaited {
  readonly flown: Exclude<Flown, { readonly came: 'elsewhere' }>
  /** Whether somebody else had begun it. */
  readonly isCollapsed: boolean
}

/** One request for a page. */
interface Asking {
  readonly pages: PagesOf
  readonly policy: PagePolicy
  readonly page: PageRequest
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

interface KeptUnder {
  readonly key: string
  readonly page: KeptPage
}

interface Found extends KeptUnder {
  readonly verdict: PageVerdict
}

type FreshVerdict = Extract<PageVerdict, { readonly state: 'fresh' }>

/** What becomes of an answer, by its head. */
type RenderWanted =
  | { readonly is: 'kept'; readonly policy: KeptPage['policy']; readonly vary: readonly string[] }
  /** `isShared`: it says nothing against being the same for all who ask. */
  | { readonly is: 'error'; readonly isShared: boolean }
  | { readonly is: 'private' }

/** A render that is over. */
interface Render {
  readonly record: RenderRecord
  readonly rendered: Rendered
  readonly wanted: RenderWanted | undefined
}

interface Landing extends Render {
  readonly asking: Asking
  readonly key: string
}

/**
 * Whether a framework has answered with what it rendered for somebody else, who asked before. It tells the first what was read: dated
 * by the second, it would keep out what is newer.
 */
function isOfAnother({ pages: { saidBy } }: Asking, { record, rendered, wanted }: Render): boolean {
  if (rendered.outcome !== 'answered' || wanted?.is !== 'kept' || saidBy === undefined) return false
  return rendered.answer.headers[saidBy] !== undefined && !record.isOwn
}

function wantedOf({ pages, policy }: Asking, status: number, headers: RenderedAnswer['headers']): RenderWanted {
  const isForOne = headers['set-cookie'] !== undefined || headers['content-encoding'] !== undefined
  if (isForOne) return { is: 'private' }
  const said = readCacheControl(headers['cache-control'])
  // The same for all who ask now. A redirect or a refusal may be about who asks, and the render does not know who that is.
  if (status === 404 || status === 410 || status >= 500) return { is: 'error', isShared: mayBeShared(said) }
  const kept = policyFor(policy, said)
  const vary = varyOf(headers.vary, pages.keying.headers)
  if (status !== 200 || !kept || !vary || !mayBeShared(said)) return { is: 'private' }
  return { is: 'kept', policy: kept, vary }
}

/** Answers with what is not kept. */
function answerOnce({ request, response }: Asking, answer: RenderedAnswer, how: HowAnswered): void {
  if (!response.headersSent) sendAnswer(request, response, answer, cacheStatusOf(how))
}

function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: RenderedAnswer,
  cacheStatus: string,
): void {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value)
  response.setHeader('Cache-Status', cacheStatus)
  response.setHeader('Content-Length', body.length)
  response.removeHeader('Transfer-Encoding')
  response.writeHead(status)
  response.end(request.method === 'HEAD' ? undefined : body)
}

function failure(why: 'render-failed' | 'render-late'): RenderedAnswer {
  const status = why === 'render-late' ? 504 : 500
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body: Buffer.from('The page could not be rendered. The server has logged why.\n') }
}
