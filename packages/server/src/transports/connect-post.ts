/**
 * The SDK's link without WebSocket: one POST is one whole session. The client's messages come in the body, `baro:connect`
 * and its subscriptions with their positions among them; the hub's come back as an event stream, or, with `?wait=`, as
 * one JSON list when there is something or the wait is over. Nothing outlives the request, so any node answers any.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError, type Json, parseJson } from '@baro/core'
import type { HubParts } from '../hub-parts.ts'
import type { Framing, Socket } from '../ports/socket.ts'
import { bodyOf, sendAnswer } from './answer.ts'
import { maxWaitSeconds } from './channel-query.ts'
import { openSse } from './sse.ts'
import { sseFrame } from './sse-framing.ts'

const sdkSse: Framing = { name: 'sdk-sse', frame: (text) => sseFrame(text, undefined) }
// One message a line, so that an answer can be put together without being parsed.
const sdkLines: Framing = { name: 'sdk-lines', frame: (text) => Buffer.from(`${text}\n`) }

/** Runs the session of one POST. */
export async function connectByPost(
  parts: HubParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const messages = messagesOf(await bodyOf(request, parts.limits.maxMessageBytes))
  const wait = new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('wait')
  if (wait === null) return streamSession(parts, request, response, messages)
  const seconds = Number(wait)
  if (!(seconds >= 0))
    throw new BaroError('bad-message', `wait=${JSON.stringify(wait.slice(0, 20))} is not a number of seconds.`)
  return waitSession(parts, request, response, messages, Math.min(seconds, maxWaitSeconds) * 1_000)
}

function streamSession(
  parts: HubParts,
  request: IncomingMessage,
  response: ServerResponse,
  messages: readonly string[],
): void {
  const link = openSse(request, response, sdkSse)
  const session = parts.openSession(link.socket, handshakeOf(request), { isOneWay: true })
  link.tell(session)
  for (const message of messages) session.receive(message)
}

/** Answers as soon as the session has written something besides its greeting, or when the wait is over. */
async function waitSession(
  parts: HubParts,
  request: IncomingMessage,
  response: ServerResponse,
  messages: readonly string[],
  waitMs: number,
): Promise<void> {
  const written: string[] = []
  let finish: () => void = () => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const socket: Socket = {
    framing: sdkLines,
    // What is written waits until the answer leaves: a session that has written enough is cut, and goes on next time.
    get waitingBytes() {
      return written.reduce((sum, text) => sum + text.length, 0)
    },
    write(bytes) {
      written.push(Buffer.from(bytes).toString())
      if (written.join('').split('\n').some(isWorthAnswering)) finish()
    },
    close: () => finish(),
  }
  const session = parts.openSession(socket, handshakeOf(request), { isOneWay: true })
  const cancel = parts.clock.after(waitMs, finish)
  request.socket.once('close', finish)
  for (const message of messages) session.receive(message)
  await done
  cancel()
  request.socket.off('close', finish)
  session.closed()
  const body = `{"messages":[${written.join('').trimEnd().split('\n').join(',')}]}`
  return sendAnswer(request, response, { status: 200, body, caching: 'none' })
}

function isWorthAnswering(line: string): boolean {
  return (
    line !== '' &&
    !/^\{"type":"baro:(connected|heartbeat)"/.test(line) &&
    !/^\{"type":"baro:recovered".*"publications":\[\]\}\}$/.test(line)
  )
}

function messagesOf(body: string): readonly string[] {
  const parsed = parseJson(body)
  if (!parsed.ok) throw parsed.error
  const messages = (parsed.value as { messages?: Json } | null)?.messages
  if (!Array.isArray(messages))
    throw new BaroError('bad-message', 'The body is not { "messages": […] }. See PROTOCOL.md.')
  return messages.map((message) => JSON.stringify(message))
}

function handshakeOf({ headers, url, socket }: IncomingMessage) {
  const { remoteAddress } = socket
  return { headers, url: url ?? '/', ...(remoteAddress === undefined ? undefined : { remoteAddress }) }
}
