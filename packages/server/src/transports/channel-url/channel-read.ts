/** Reads one channel over HTTP: a snapshot, a poll, a long poll, an event stream, or history backwards. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError } from '@baro/core'
import { closeCodes, formatPosition, orThrow, type Position, positionAt } from '@baro/core/protocol'
import { prices } from '../../access/prices.ts'
import type { Principal } from '../../access/principal.ts'
import type { Resolved } from '../../channel/registry.ts'
import { rangeBody, snapshotBody, stateBody } from '../../delivery/encode/answer-bodies.ts'
import { isKnownToRead } from '../../delivery/precedence.ts'
import type { Counters } from '../../observe/counters.ts'
import type { Handshake } from '../../ports/socket.ts'
import type { Feed } from '../../stream/feed.ts'
import type { Feeds } from '../../stream/feeds.ts'
import { isBehind } from '../../stream/is-behind.ts'
import { type Answer, sendAnswer } from '../http/answer.ts'
import { principalOf } from '../http/http-principal.ts'
import { openSse } from '../http/sse.ts'
import { sseDialect } from './channel-dialects.ts'
import { anonymousWaitMs, type ChannelQuery, parseChannelQuery, searchOf } from './channel-query.ts'
import { ChannelStream, type ChannelStreamParts } from './channel-stream.ts'
import { PermittedRead } from './permitted-read.ts'
import { longPoll, type PollAnswer, poll, resetAnswer, type Wait, type WaitParts, waitForChange } from './poll.ts'
import { readBack } from './read-back.ts'

/** Most publications that answer a GET without a position, if the channel has no snapshot. */
const newestPublications = 100

/** What reading works with. */
export interface ChannelReadParts extends ChannelStreamParts, WaitParts {
  readonly ticker: ChannelStreamParts['ticker']
  readonly counters: Counters
  readonly feeds: Feeds
}

/** A request to read a channel. */
export interface ReadRequest {
  readonly resolved: Resolved
  readonly request: IncomingMessage
  readonly handshake: Handshake
  readonly response: ServerResponse
  /** Query parameters that the application set where it mounted the channel. Those of the request win. */
  readonly defaults: Readonly<Record<string, string>>
}

/** Answers a read in the mode that its query asks for. Every mode continues from the same positions (I6). */
export async function readChannel(parts: ChannelReadParts, read: ReadRequest): Promise<void> {
  const { resolved, request, handshake } = read
  const query = orThrow(parseChannelQuery(searchOf(read.request.url, read.defaults), request.headers))
  const principal = await principalOf(parts.gate, handshake)
  parts.allowances.admit(principal, priceOf(query))
  await parts.gate.assertAllowed(resolved, principal, 'read')
  if (query.mode === 'sse') return stream(parts, read, query, principal)
  const connection = query.waitMs > 0 ? parts.connections.open(principal) : undefined
  const permitted = new PermittedRead(parts, read, principal)
  try {
    if (!parts.feeds.isHeld(resolved)) parts.allowances.spend(principal, prices.feed, 0)
    await parts.feeds.using(resolved, (feed) => {
      if (query.view === 'state') return answerState(parts, feed, permitted, query)
      if (query.mode === 'snapshot') return answerSnapshot(parts, feed, permitted)
      return answerPoll(parts, feed, permitted, query)
    })
  } finally {
    permitted.end()
    connection?.end()
  }
}

function priceOf({ mode, waitMs }: ChannelQuery): number {
  if (mode === 'sse') return prices.stream
  return waitMs > 0 ? prices.longPoll : prices.read
}

function stream(
  parts: ChannelReadParts,
  { resolved, request, response }: ReadRequest,
  { view, position }: ChannelQuery,
  reader: Principal,
): void {
  const dialect = sseDialect(view)
  const socket = openSse(request, response, dialect.framing, parts)
  if (request.method === 'HEAD') return socket.close(closeCodes.normal, '')
  socket.tell(new ChannelStream(parts, socket, socket, { resolved, dialect, position, reader, rung: 'sse' }))
}

/** An `EventSource` takes every other status for the end, so who comes too fast gets a stream that ends at once. */
export function endStream(
  parts: ChannelReadParts,
  request: IncomingMessage,
  response: ServerResponse,
  { retryAfterMs }: BaroError,
): void {
  const socket = openSse(request, response, sseDialect('publication').framing, parts)
  socket.drain(retryAfterMs ?? 0)
  socket.close(closeCodes.normal, '')
}

/** Whether {@link readChannel} would answer with an event stream, as far as the request is understood. */
export function asksForStream(request: IncomingMessage, defaults: ReadRequest['defaults']): boolean {
  if (request.method !== 'GET') return false
  const query = parseChannelQuery(searchOf(request.url, defaults), request.headers)
  return query.ok && query.value.mode === 'sse'
}

async function answerPoll(
  parts: ChannelReadParts,
  feed: Feed,
  read: PermittedRead,
  query: ChannelQuery,
): Promise<void> {
  const { limit, position, mode, waitMs } = query
  if (mode === 'backwards') {
    await read.assertHistory()
    return sendRange(parts, read, await readBack(read.polling(parts), feed, position, limit))
  }
  if (isBehind(feed, position) && !(await read.mayHaveHistory()))
    return sendRange(parts, read, await resetAnswer(read.polling(parts), feed, 'refused'))
  if (mode === 'poll') return sendRange(parts, read, await poll(read.polling(parts), feed, position, limit))
  return sendRange(
    parts,
    read,
    await longPoll({ ...parts, ...read.polling(parts) }, feed, position, { limit, ...waitOf(read, waitMs) }),
  )
}

async function answerState(
  parts: ChannelReadParts,
  feed: Feed,
  read: PermittedRead,
  query: ChannelQuery,
): Promise<void> {
  const { definition, handlers, channel } = read.resolved
  const { position, mode, waitMs } = query
  if (!definition.state && !handlers.snapshot)
    throw new BaroError('not-accepted', `"${channel}" has no state to show. Ask for view=publication.`)
  if (mode === 'long-poll') {
    if (query.isAnonymousWait) await waitForChange(parts, feed, waitOf(read, Math.min(waitMs, anonymousWaitMs)))
    else if (position?.kind === 'at' && feed.isHead(position)) await waitForChange(parts, feed, waitOf(read, waitMs))
  }
  const snapshot = await feed.loadSnapshot()
  return sendSnapshot(parts, read, stateBody(snapshot), snapshot.position)
}

async function answerSnapshot(parts: ChannelReadParts, feed: Feed, read: PermittedRead): Promise<void> {
  const snapshot = await feed.loadSnapshot()
  if (snapshot.valueText !== undefined) return sendSnapshot(parts, read, snapshotBody(snapshot), snapshot.position)
  const view = await feed.readNewest(newestPublications)
  const position = positionAt(view.epoch, view.upTo)
  const body = rangeBody((await read.mayHaveHistory()) ? view.publications : [], position, false)
  return sendRange(parts, read, { body, position, isClosed: false, isReset: false })
}

/**
 * Sends a value. Its tag names the version, because after a deploy another reducer may show the same position as
 * another state.
 */
function sendSnapshot(
  parts: ChannelReadParts,
  read: PermittedRead,
  body: Uint8Array,
  position: Position,
): Promise<void> {
  const { definition } = read.resolved
  return sendInTurn(parts, read, {
    status: 200,
    body,
    caching: parts.gate.isPublic(read.resolved) ? 'open' : 'none',
    position: formatPosition(position),
    variants: definition.version === '1' ? [] : [encodeURIComponent(definition.version)],
  })
}

function sendRange(
  parts: ChannelReadParts,
  read: PermittedRead,
  { body, position, isClosed, isReset }: PollAnswer,
): Promise<void> {
  const isShared = parts.gate.isPublic(read.resolved) && !isReset
  return sendInTurn(parts, read, {
    status: 200,
    body,
    // What may be taken back must not stay in caches for ever.
    caching: isShared ? (isClosed && !read.resolved.definition.moderated ? 'closed' : 'open') : 'none',
    position: formatPosition(position),
    // A client may have the same range from before it was closed. The other tag tells it that more follows now.
    ...(isReset ? undefined : { variants: isClosed ? ['more'] : [] }),
  })
}

/**
 * Sends an answer when its turn comes. One publication may answer thousands of held requests, and a client that asks
 * again and again without reading must not hold up those that read (I7).
 */
function sendInTurn(parts: ChannelReadParts, read: PermittedRead, answer: Answer): Promise<void> {
  const { request, response } = read
  const send = async () => {
    read.assertAllowed()
    await sendAnswer(request, response, answer)
  }
  // Sent at once, because a node that stops may be gone before the turn comes.
  if (parts.sessions.isStopping) return send()
  return new Promise((resolve, reject) => {
    const flush = () => send().then(resolve, reject)
    parts.ticker.write({ flush }, isKnown(request))
  })
}

function waitOf(read: PermittedRead, waitMs: number): Wait {
  const { request, response } = read
  return {
    waitMs,
    isKnown: () => isKnown(request),
    isGone: () => response.destroyed || read.isOver,
    whenGone(run) {
      // A listener of the response: its connection may serve many requests, and would collect a listener of each.
      response.once('close', run)
      read.whenOver(run)
      return () => response.off('close', run)
    },
  }
}

function isKnown({ socket: { bytesWritten, writableLength } }: IncomingMessage): boolean {
  return isKnownToRead(bytesWritten - writableLength, writableLength)
}
