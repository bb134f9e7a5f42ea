/** The plain HTTP face of a channel: GET reads it, POST publishes to it, `/health` says that the hub answers. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError, errorCodes, formatPosition, type Json, parseJson, startOf } from '@baro/core'
import type { ChannelContext, Identity } from '../handlers.ts'
import type { HubParts } from '../hub-parts.ts'
import type { Resolved } from '../registry.ts'

/** Publications a GET without a position answers with, where the channel has no snapshot to show. */
const newestPublications = 100

/** Answers one request under the hub's path; `rest` is what follows it, without the query. */
export function handleHttp(parts: HubParts, rest: string, request: IncomingMessage, response: ServerResponse): void {
  answer(parts, rest, request, response).catch((error) => {
    parts.counters.rejected++
    sendError(response, parts.explain(error, rest))
  })
}

async function answer(
  parts: HubParts,
  rest: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET'
  if (rest === '/health') return send(response, 200, { status: 'ok', sessions: parts.counters.sessions })
  if (!parts.isOriginAllowed(request.headers))
    throw new BaroError('origin-refused', 'This origin is not allowed. The server has logged which setting allows it.')
  const name = /^\/channels\/([^/]+)$/.exec(rest)?.[1]
  if (name === undefined)
    return send(
      response,
      404,
      problem(
        new BaroError('unknown-channel', `There is nothing at ${JSON.stringify(rest.slice(0, 80))}. See PROTOCOL.md.`),
      ),
    )
  const resolved = parts.registry.resolve(name)
  if (!resolved.ok) throw resolved.error
  if (method === 'GET' || method === 'HEAD') return read(parts, resolved.value, request, response)
  if (method === 'POST') return publish(parts, resolved.value, request, response)
  response.setHeader('allow', 'GET, HEAD, POST')
  send(response, 405, problem(new BaroError('bad-message', `A channel takes GET and POST, not ${method}.`)))
}

async function read(
  parts: HubParts,
  resolved: Resolved,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await parts.assertAllowed(resolved, await contextOf(parts, resolved, request), 'read')
  const answer = await parts.feeds.using(resolved, async (feed) => {
    const { position, valueText } = await feed.snapshot()
    if (valueText !== undefined)
      return { snapshot: JSON.parse(valueText) as Json, publications: [], position: formatPosition(position) }
    const { catchUpBytes } = parts.limits
    const view = await parts.broker.read(resolved.channel, { limit: newestPublications, bytes: catchUpBytes })
    const head =
      view.head.offset === 0 ? startOf(view.epoch) : ({ kind: 'at', epoch: view.epoch, ...view.head } as const)
    return { publications: view.publications, position: formatPosition(head) }
  })
  send(response, 200, answer)
}

async function publish(
  parts: HubParts,
  resolved: Resolved,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const context = await contextOf(parts, resolved, request)
  await parts.assertAllowed(resolved, context, 'publish')
  const parsed = parseJson(await bodyOf(request, parts.limits.maxMessageBytes))
  if (!parsed.ok) throw parsed.error
  const { type, payload, id } = (parsed.value ?? {}) as { type?: unknown; payload?: unknown; id?: unknown }
  if (typeof type !== 'string' || payload === undefined || (id !== undefined && typeof id !== 'string'))
    throw new BaroError('bad-message', 'The body is not { "type", "payload", "id"? }. See PROTOCOL.md.')
  const scope = context.user ? `user:${context.user.id}` : 'guest'
  const answer = await parts.publisher.accept({ resolved, type, payload, id: id ?? parts.newId(), scope, context })
  send(response, 200, answer)
}

async function contextOf(parts: HubParts, resolved: Resolved, { headers }: IncomingMessage): Promise<ChannelContext> {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
  const user: Identity | undefined = await parts.authenticate({
    headers,
    ...(token === undefined ? undefined : { token }),
  })
  return { channel: resolved.channel, params: resolved.params, user, session: undefined }
}

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new BaroError('too-large', `The body is longer than ${maxBytes} bytes. Send less.`)
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new BaroError('bad-message', 'The body is not UTF-8. Encode it.', { cause })
  }
}

function problem(error: BaroError): Json {
  return { error: { code: error.code, message: error.message } }
}

function sendError(response: ServerResponse, error: BaroError): void {
  // An unread body would be taken for the next request on this connection.
  if (error.code === 'too-large') response.setHeader('connection', 'close')
  send(response, errorCodes[error.code].status, problem(error))
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(response.req.method === 'HEAD' ? undefined : JSON.stringify(body))
}
