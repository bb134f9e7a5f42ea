import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError, parseJson } from '@baro/core'
import type { Resolved } from '../../channel/registry.ts'
import type { HubParts } from '../../hub/hub-parts.ts'
import { bodyOf, sendAnswer } from '../http/answer.ts'
import { contextOf } from '../http/http-user.ts'

/** Publishes `{ type, payload, id? }` and answers `{ id, position }`. */
export async function publishByPost(
  parts: HubParts,
  resolved: Resolved,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const context = await contextOf(parts, resolved, request)
  // Before the body is read: a stranger costs no more than a look at the rule.
  await parts.assertAllowed(resolved, context, 'publish')
  const parsed = parseJson(await bodyOf(request, parts.limits.maxMessageBytes))
  if (!parsed.ok) throw parsed.error
  const { type, payload, id } = (parsed.value ?? {}) as { type?: unknown; payload?: unknown; id?: unknown }
  if (typeof type !== 'string' || payload === undefined || (id !== undefined && typeof id !== 'string'))
    throw new BaroError('bad-message', 'The body is not { "type", "payload", "id"? }. See PROTOCOL.md.')
  const scope = context.user ? `user:${context.user.id}` : `guest:${resolved.channel}`
  const answer = await parts.publisher.accept({
    resolved,
    type,
    payload,
    id,
    scope,
    context,
    assertAllowed: async () => {},
  })
  return sendAnswer(request, response, { status: 200, body: JSON.stringify(answer), caching: 'none' })
}
