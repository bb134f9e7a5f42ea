/** Reading one channel over HTTP: at once, by polling, by long polling, as an event stream, or backwards. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError, formatPosition, type Position, type Publication, positionAfter, startOf } from '@baro/core'
import type { HubParts } from '../hub-parts.ts'
import type { Resolved } from '../registry.ts'
import type { Feed } from '../stream/feed.ts'
import { type Caching, sendAnswer } from './answer.ts'
import { plainForm } from './channel-forms.ts'
import { anonymousWaitMs, type ChannelQuery, parseChannelQuery } from './channel-query.ts'
import { ChannelStream } from './channel-stream.ts'
import { contextOf } from './http-user.ts'
import { longPoll, type PollAnswer, poll, snapshotBody, waitForChange } from './poll.ts'
import { openSse } from './sse.ts'

/** Publications a GET without a position answers with, where the channel has no snapshot to show. */
const newestPublications = 100

/** A request to read a channel. */
export interface ReadRequest {
  readonly resolved: Resolved
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Query parameters of the place where the application mounted the channel; the request's own win. */
  readonly defaults: Readonly<Record<string, string>>
}

/** Answers a read in the mode its query asks for; every mode continues from the same positions (I6). */
export async function readChannel(parts: HubParts, read: ReadRequest): Promise<void> {
  const { resolved, request } = read
  const parsed = parseChannelQuery(searchOf(read), request.headers)
  if (!parsed.ok) throw parsed.error
  const query = parsed.value
  const context = await contextOf(parts, resolved, request)
  await parts.assertAllowed(resolved, context, 'read')
  if (query.mode === 'sse') return stream(parts, read, query, context.user)
  await parts.feeds.using(resolved, (feed) => {
    if (query.view === 'state') return answerState(parts, feed, read, query)
    if (query.mode === 'snapshot') return answerSnapshot(parts, feed, read)
    if (query.mode === 'backwards') return answerBackwards(parts, feed, read, query)
    return answerPoll(parts, feed, read, query)
  })
}

function searchOf({ request, defaults }: ReadRequest): URLSearchParams {
  const own = new URLSearchParams((request.url ?? '').split('?')[1] ?? '')
  for (const [name, value] of Object.entries(defaults)) if (!own.has(name)) own.set(name, value)
  return own
}

async function stream(
  parts: HubParts,
  { resolved, request, response }: ReadRequest,
  { view, position }: ChannelQuery,
  user: Awaited<ReturnType<typeof contextOf>>['user'],
): Promise<void> {
  const form = plainForm('sse', view)
  const link = openSse(request, response, form.framing)
  if (request.method === 'HEAD') return link.socket.close(1000, '')
  const session = new ChannelStream(parts, link.socket, link, { resolved, form, position, user })
  parts.sessionStarted(session)
  link.tell(session)
}

async function answerPoll(parts: HubParts, feed: Feed, read: ReadRequest, query: ChannelQuery): Promise<void> {
  const { limit, position, mode } = query
  const answer =
    mode === 'long-poll'
      ? await longPoll(parts, feed, position, { limit, waitMs: query.waitMs, signal: goneSignal(read.request) })
      : await poll(parts, feed, position, limit)
  const caching = cachingOf(read.resolved, answer)
  return send(read, answer.body, caching, formatPosition(answer.position))
}

async function answerState(parts: HubParts, feed: Feed, read: ReadRequest, query: ChannelQuery): Promise<void> {
  const { position, mode } = query
  if (mode === 'long-poll') {
    const signal = goneSignal(read.request)
    if (query.isAnonymousWait) await waitForChange(parts, feed, { waitMs: anonymousWaitMs, signal })
    else if (position?.kind === 'at' && feed.isHead(position))
      await waitForChange(parts, feed, { waitMs: query.waitMs, signal })
  }
  const snapshot = await feed.snapshot()
  if (snapshot.valueText === undefined)
    throw new BaroError('not-accepted', `"${read.resolved.channel}" has no state to show. Ask for view=publication.`)
  return send(read, snapshot.valueText, openEnd(read.resolved), formatPosition(snapshot.position))
}

async function answerSnapshot(parts: HubParts, feed: Feed, read: ReadRequest): Promise<void> {
  const snapshot = await feed.snapshot()
  const position = formatPosition(snapshot.position)
  if (snapshot.valueText !== undefined) return send(read, snapshotBody(snapshot), openEnd(read.resolved), position)
  const { channel } = read.resolved
  const view = await parts.broker.read(channel, { limit: newestPublications, bytes: parts.limits.catchUpBytes })
  const last = view.publications.at(-1)
  const head = formatPosition(last ? positionAfter(view.epoch, last) : { kind: 'at', epoch: view.epoch, ...view.head })
  return send(read, rangeBody(view.publications, head, false), openEnd(read.resolved), head)
}

async function answerBackwards(parts: HubParts, feed: Feed, read: ReadRequest, query: ChannelQuery): Promise<void> {
  const { position, limit } = query
  const found = await feed.after(position)
  if (found.outcome === 'reset' || position?.kind !== 'at')
    return answerPoll(parts, feed, read, { ...query, mode: 'poll' })
  const view = await parts.broker.read(read.resolved.channel, {
    upTo: position.offset,
    limit: limit + 1,
    bytes: parts.limits.catchUpBytes,
  })
  const hasMore = view.publications.length > limit
  const publications = view.publications.slice(-limit)
  // Where to go back from next: right after the publication before the first of these.
  const before = hasMore ? view.publications.at(-limit - 1) : undefined
  const next: Position = before ? positionAfter(view.epoch, before) : startOf(view.epoch)
  const caching = hasMore && isPublic(read.resolved) ? 'closed' : openEnd(read.resolved)
  return send(read, rangeBody(publications, formatPosition(next), hasMore), caching, undefined)
}

function rangeBody(publications: readonly Publication[], position: string, hasMore: boolean): string {
  return JSON.stringify({ publications, position, ...(hasMore ? { more: true } : undefined) })
}

function send({ request, response }: ReadRequest, body: string, caching: Caching, position: string | undefined) {
  return sendAnswer(request, response, {
    status: 200,
    body,
    caching,
    ...(position === undefined ? undefined : { position }),
  })
}

function cachingOf(resolved: Resolved, answer: PollAnswer): Caching {
  if (answer.isReset || !isPublic(resolved)) return 'none'
  return answer.isClosed ? 'closed' : 'open'
}

function openEnd(resolved: Resolved): Caching {
  return isPublic(resolved) ? 'open' : 'none'
}

function isPublic({ handlers }: Resolved): boolean {
  return handlers.access === 'public'
}

/** Aborts when nobody waits for the answer any more. */
function goneSignal(request: IncomingMessage): AbortSignal {
  const gone = new AbortController()
  request.socket.once('close', () => gone.abort())
  return gone.signal
}
