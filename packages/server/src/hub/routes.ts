/** The HTTP face of a hub: which request is answered by whom. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError } from '@baro/core'
import type { Resolved } from '../channel/registry.ts'
import { publishByPost } from '../transports/channel-url/channel-post.ts'
import { type ReadRequest, readChannel } from '../transports/channel-url/channel-read.ts'
import { problemBody, sendAnswer, sendError } from '../transports/http/answer.ts'
import { allowOrigin, answerPreflight } from '../transports/http/cors.ts'
import { connectByPost } from '../transports/sdk/connect-post.ts'
import type { HubParts } from './hub-parts.ts'

/** Answers one request under the hub's path; `rest` is what follows it, without the query. */
export function handleHttp(parts: HubParts, rest: string, request: IncomingMessage, response: ServerResponse): void {
  guarded(parts, rest, request, response, () => route(parts, rest, request, response))
}

/** Answers a request with one channel, wherever the application has mounted it. */
export function handleMounted(
  parts: HubParts,
  resolve: () => Resolved,
  defaults: ReadRequest['defaults'],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // Here, where an exception is an answer: thrown at the application's server, it would end the process.
  const answer = async () => answerChannel(parts, { resolved: resolve(), request, response, defaults })
  guarded(parts, request.url ?? '', request, response, answer)
}

async function route(parts: HubParts, rest: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET' } = request
  if (method === 'OPTIONS') return answerPreflight(response)
  if (rest === '/health') {
    // A balancer should send nobody new to a node that is about to go.
    const isDraining = parts.isDraining()
    const body = JSON.stringify({ status: isDraining ? 'draining' : 'ok', sessions: parts.counters.sessions })
    return sendAnswer(request, response, { status: isDraining ? 503 : 200, body, caching: 'none' })
  }
  if (rest === '/connect' && method === 'POST') return connectByPost(parts, request, response)
  if (rest === '/connect')
    return refuseMethod(request, response, 'POST, OPTIONS', 'The SDK connects by WebSocket or POST')
  const name = /^\/channels\/([^/]+)$/.exec(rest)?.[1]
  if (name === undefined)
    throw new BaroError('unknown-channel', `There is nothing at ${JSON.stringify(rest.slice(0, 80))}. See PROTOCOL.md.`)
  const resolved = parts.registry.resolve(name)
  if (!resolved.ok) throw resolved.error
  return answerChannel(parts, { resolved: resolved.value, request, response, defaults: {} })
}

async function answerChannel(parts: HubParts, read: ReadRequest): Promise<void> {
  const { request, response, resolved } = read
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return readChannel(parts, read)
    case 'POST':
      return publishByPost(parts, resolved, request, response)
    case 'OPTIONS':
      return answerPreflight(response)
    default:
      return refuseMethod(request, response, 'GET, HEAD, POST, OPTIONS', 'A channel takes GET and POST')
  }
}

function refuseMethod(request: IncomingMessage, response: ServerResponse, allow: string, what: string): Promise<void> {
  response.setHeader('allow', allow)
  const error = new BaroError('bad-message', `${what}, not ${request.method}. See PROTOCOL.md.`)
  return sendAnswer(request, response, { status: 405, body: problemBody(error), caching: 'none' })
}

function guarded(
  parts: HubParts,
  where: string,
  request: IncomingMessage,
  response: ServerResponse,
  run: () => Promise<void>,
): void {
  // A link that breaks while it is answered is nobody's error.
  response.on('error', ignore)
  const answered = allowOrigin(parts, request, response)
    ? isBehindAnother(request, response)
      ? once(response, 'socket').then(run)
      : run()
    : Promise.reject(
        new BaroError('origin-refused', 'This origin is not allowed. The server has logged which setting allows it.'),
      )
  answered.catch((error) => {
    if (request.destroyed && !request.complete) return
    parts.counters.rejected++
    return sendError(request, response, parts.explain(error, where))
  })
}

// One for all: an idle event stream keeps its response.
function ignore(): void {}

/**
 * Whether another request on its connection has not been answered yet. Answered now, it would wait in memory behind the
 * other, and a client that asks without reading would let any number of answers wait (I7).
 */
function isBehindAnother(request: IncomingMessage, response: ServerResponse): boolean {
  return response.socket === null && !request.socket.destroyed
}
