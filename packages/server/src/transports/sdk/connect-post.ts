/**
 * The SDK's link without WebSocket: one POST is one whole session. The client's messages come in the body, also
 * `baro:connect` and the subscribes with their positions. The hub's messages come back as an event stream, or with
 * `?wait=` as one JSON list. Nothing outlives the request, so every node can answer every request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError, type Json } from '@baro/core'
import { type ClientMessage, decodeClientMessage, parseJson } from '@baro/core/protocol'
import type { Ticker } from '../../delivery/ticker.ts'
import type { Limits } from '../../ports/limits.ts'
import type { Handshake, SessionLink } from '../../ports/socket.ts'
import type { OpenSession } from '../../session/session.ts'
import { FramedOutbox } from '../../session/session-outbox.ts'
import { bodyOf, sendAnswer } from '../http/answer.ts'
import { longestWaitSeconds } from '../http/longest-wait.ts'
import { openSse, type SseParts } from '../http/sse.ts'
import { sseFraming } from '../http/sse-framing.ts'
import { AnswerCollector } from './answer-collector.ts'

const sdkSse = sseFraming('sdk-sse')

/** A body may be as long as this many messages of the greatest length. */
const maxMessages = 16

/** What a session in one POST works with. */
export interface ConnectPostParts extends SseParts {
  readonly ticker: Ticker
  readonly limits: Limits
  readonly openSession: OpenSession
}

/** Runs the session of one POST. */
export async function connectByPost(
  parts: ConnectPostParts,
  request: IncomingMessage,
  response: ServerResponse,
  handshake: Handshake,
): Promise<void> {
  const messages = messagesOf(await bodyOf(request, maxMessages * parts.limits.maxMessageBytes, parts))
  const wait = new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('wait')
  if (wait === null) return streamSession(parts, request, response, handshake, messages)
  const seconds = Number(wait)
  if (!(seconds >= 0))
    throw new BaroError('bad-message', `wait=${JSON.stringify(wait.slice(0, 20))} is not a number of seconds.`)
  return waitSession(parts, request, response, handshake, messages, Math.min(seconds, longestWaitSeconds) * 1_000)
}

function streamSession(
  parts: ConnectPostParts,
  request: IncomingMessage,
  response: ServerResponse,
  handshake: Handshake,
  messages: readonly string[],
): void {
  const socket = openSse(request, response, sdkSse, parts)
  const outbox = new FramedOutbox(socket, parts.ticker, parts.limits, parts.clock.elapsed())
  const session = parts.openSession(outbox, handshake, { isOneWay: true })
  socket.tell(session)
  hand(parts, session, messages)
}

async function waitSession(
  parts: ConnectPostParts,
  request: IncomingMessage,
  response: ServerResponse,
  handshake: Handshake,
  messages: readonly string[],
  waitMs: number,
): Promise<void> {
  const { ticker, limits, clock } = parts
  const asked = messages.flatMap((text) => readable(parts, text))
  const collector = new AnswerCollector(asked, { ticker, limits, nowMs: clock.elapsed() })
  const session = parts.openSession(collector, handshake, { isOneWay: true })
  const cancelWait = clock.after(waitMs, () => collector.endWait())
  // A handler that never answers must not hold the request for ever. The client asks again with the same ids or turns
  // (I5).
  const cancelHold = clock.after(longestWaitSeconds * 1_000, () => collector.close())
  if (response.destroyed) collector.close()
  response.once('close', () => collector.close())
  hand(parts, session, messages)
  await collector.ready
  cancelWait()
  cancelHold()
  session.closed()
  return sendAnswer(request, response, { status: 200, body: collector.body, caching: 'none' })
}

function hand(parts: ConnectPostParts, session: SessionLink, messages: readonly string[]): void {
  for (const text of messages) {
    if (isTooLong(parts, text))
      session.refuse(
        new BaroError('too-large', `A message is longer than ${parts.limits.maxMessageBytes} bytes. Send less in one.`),
      )
    else session.receive(text)
  }
}

/** The message in a text, if the session will be able to read it. */
function readable(parts: ConnectPostParts, text: string): readonly ClientMessage[] {
  if (isTooLong(parts, text)) return []
  const decoded = decodeClientMessage(text)
  return decoded.ok ? [decoded.value] : []
}

function isTooLong({ limits }: ConnectPostParts, text: string): boolean {
  return Buffer.byteLength(text) > limits.maxMessageBytes
}

function messagesOf(body: string): readonly string[] {
  const parsed = parseJson(body)
  if (!parsed.ok) throw parsed.error
  const messages = (parsed.value as { messages?: Json } | null)?.messages
  if (!Array.isArray(messages) || !messages.every((message) => typeof message === 'object' && message !== null))
    throw new BaroError('bad-message', 'The body is not { "messages": [{ "type", "payload" }, …] }. See PROTOCOL.md.')
  return messages.map((message) => JSON.stringify(message))
}
