import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Json } from '@baro/core'
import { orThrow, parseJson } from '@baro/core/protocol'
import type { Allowances } from '../../access/allowances.ts'
import type { Gate } from '../../access/gate.ts'
import { prices } from '../../access/prices.ts'
import type { Principal } from '../../access/principal.ts'
import type { Resolved } from '../../channel/registry.ts'
import type { Delegating } from '../../delegate/delegate.ts'
import type { Limits } from '../../ports/limits.ts'
import type { Handshake } from '../../ports/socket.ts'
import { type BodyParts, bodyOf, sendAnswer } from '../http/answer.ts'
import type { FairTurns } from '../http/fair-turns.ts'
import { principalOf } from '../http/http-principal.ts'
import { isRequest } from './is-request.ts'
import { plainPublish } from './plain-publish.ts'

/** What publishing by POST works with. */
export interface ChannelPostParts extends BodyParts {
  readonly gate: Gate
  readonly allowances: Allowances
  readonly turns: FairTurns
  readonly delegating: Delegating
  readonly limits: Pick<Limits, 'maxMessageBytes' | 'bodyTimeoutMs'>
}

/** Publishes `{ type, payload, id? }` and answers `{ id, position }`; or asks, and answers `{ payload, id? }`. */
export async function publishByPost(
  parts: ChannelPostParts,
  resolved: Resolved,
  request: IncomingMessage,
  response: ServerResponse,
  handshake: Handshake,
): Promise<void> {
  const { gate, allowances, delegating, limits, turns } = parts
  const principal = await principalOf(gate, handshake)
  allowances.admit(principal, prices.post)
  const body = await bodyOf(request, limits.maxMessageBytes, parts)
  allowances.spend(principal, 0, body.length)
  const answer = await turns.take(handshake.address, () =>
    answerTo(delegating, principal, resolved, orThrow(parseJson(body))),
  )
  return sendAnswer(request, response, { status: 200, body: JSON.stringify(answer), caching: 'none' })
}

async function answerTo(
  delegating: Delegating,
  principal: Principal,
  resolved: Resolved,
  message: Json,
): Promise<object> {
  const sent = orThrow(plainPublish(message))
  const { type, payload, id } = sent
  const delegate = delegating(principal)
  if (principal.key) return delegate.publishAsServer(resolved, principal.key, [{ type, payload }], id)
  if (!isRequest(resolved, type)) return delegate.publish(resolved, sent)
  const answer = await delegate.request(resolved, type, payload)
  return { ...(id !== undefined && { id }), payload: answer }
}
