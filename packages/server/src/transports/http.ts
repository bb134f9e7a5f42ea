/** The HTTP face of a hub: which request is answered by whom. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError } from '@baro/core'
import type { HubParts } from '../hub-parts.ts'
import { problemBody, sendAnswer, sendError } from './answer.ts'
import { publishByPost } from './channel-post.ts'
import { type ReadRequest, readChannel } from './channel-read.ts'
import { connectByPost } from './connect-post.ts'
import { allowOrigin, answerPreflight } from './cors.ts'

/** Answers one request under the hub's path; `rest` is what follows it, without the query. */
export function handleHttp(parts: HubParts, rest: string, request: IncomingMessage, response: ServerResponse): void {
  guarded(parts, rest, request, response, () => route(parts, rest, request, response))
}

/** Answers a request with one channel, wherever the application has mounted it. */
export function handleMounted(
  parts: HubParts,
  mounted: Omit<ReadRequest, 'request' | 'response'>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  guarded(parts, mounted.resolved.channel, request, response, async () => {
    if (request.method === 'OPTIONS') return answerPreflight(response)
    if (request.method === 'POST') return publishByPost(parts, mounted.resolved, request, response)
    return readChannel(parts, { ...mounted, request, response })
  })
}

async function route(parts: HubParts, rest: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET' } = request
  if (method === 'OPTIONS') return answerPreflight(response)
  if (rest === '/health') {
    const body = JSON.stringify({ status: 'ok', sessions: parts.counters.sessions })
    return sendAnswer(request, response, { status: 200, body, caching: 'none' })
  }
  if (rest === '/connect' && method === 'POST') return connectByPost(parts, request, response)
  const name = /^\/channels\/([^/]+)$/.exec(rest)?.[1]
  if (name === undefined)
    throw new BaroError('unknown-channel', `There is nothing at ${JSON.stringify(rest.slice(0, 80))}. See PROTOCOL.md.`)
  const resolved = parts.registry.resolve(name)
  if (!resolved.ok) throw resolved.error
  if (method === 'GET' || method === 'HEAD')
    return readChannel(parts, { resolved: resolved.value, request, response, defaults: {} })
  if (method === 'POST') return publishByPost(parts, resolved.value, request, response)
  response.setHeader('allow', 'GET, HEAD, POST, OPTIONS')
  const error = new BaroError('bad-message', `A channel takes GET and POST, not ${method}.`)
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
  response.on('error', () => {})
  const answered = allowOrigin(parts, request, response)
    ? run()
    : Promise.reject(
        new BaroError('origin-refused', 'This origin is not allowed. The server has logged which setting allows it.'),
      )
  answered.catch((error) => {
    if (request.destroyed && !request.complete) return
    parts.counters.rejected++
    return sendError(request, response, parts.explain(error, where))
  })
}
