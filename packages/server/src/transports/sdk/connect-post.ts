/**
 * The SDK's link without WebSocket: one POST is one whole session. The client's messages come in the body, also
 * `baro:connect` and the subscribes with their positions. The hub's messages come back as an event stream, or with
 * `?wait=` as one JSON list. Nothing outlives the request, so every node can answer every request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError } from '@baro/core'
import type { Cancel } from '@baro/core/broker'
import { closeCodes, decodeClientMessage, maxJsonDepth, quote } from '@baro/core/protocol'
import type { Allowances } from '../../access/allowances.ts'
import { networkOf } from '../../access/network-of.ts'
import { prices } from '../../access/prices.ts'
import type { Turnstile } from '../../access/turnstile.ts'
import type { Ticker } from '../../delivery/ticker.ts'
import type { Limits } from '../../ports/limits.ts'
import type { Handshake, SessionLink } from '../../ports/socket.ts'
import { namedBy } from '../../session/named.ts'
import type { OpenSession } from '../../session/session.ts'
import type { About } from '../../session/session-machine.ts'
import { FramedOutbox } from '../../session/session-outbox.ts'
import { shallowText } from '../../session/shallow-text.ts'
import { bodyOf, sendAnswer } from '../http/answer.ts'
import type { FairTurns } from '../http/fair-turns.ts'
import { longestWaitSeconds } from '../http/longest-wait.ts'
import { openSse, type SseParts } from '../http/sse.ts'
import { sseFraming } from '../http/sse-framing.ts'
import { AnswerCollector } from './answer-collector.ts'
import { handInPace } from './hand-in-pace.ts'

const sdkSse = sseFraming('sdk-sse')

/** A body may be as long as this many messages of the greatest length. */
const longestMessages = 16

/** Messages in one body. Each may be as short as a digit, and be answered by an error. */
const maxMessages = 1_024

/** A message stands in a list, in an object. */
const levelsAround = 2

/** A message of a body: what was parsed of it, and its text, or what is wrong with it. */
interface Arrived {
  readonly message: unknown
  readonly text: string | BaroError
}

/** The messages of a client that waits for one answer, what the answer must hold, and how long it waits. */
interface Waiting {
  readonly messages: readonly Arrived[]
  readonly asked: readonly About[]
  readonly waitMs: number
  /** How long it waits for answers, once it is let in. */
  readonly holdMs: number | undefined
}

/** What a session in one POST works with. */
export interface ConnectPostParts extends SseParts {
  readonly ticker: Ticker
  readonly limits: Limits
  readonly openSession: OpenSession
  readonly allowances: Allowances
  readonly turnstile: Turnstile
  readonly turns: FairTurns
}

/** Runs the session of one POST. */
export async function connectByPost(
  parts: ConnectPostParts,
  request: IncomingMessage,
  response: ServerResponse,
  handshake: Handshake,
): Promise<void> {
  const { maxMessageBytes } = parts.limits
  const { address } = handshake
  const sharing = { address: address === undefined ? undefined : networkOf(address) }
  await letIn(parts.turnstile, sharing.address, response)
  const body = await bodyOf(request, longestMessages * maxMessageBytes, parts)
  // Before it is decoded. Its messages are paid for once more, one by one, when it is known who sends them.
  parts.allowances.spend(sharing, 0, body.length)
  const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '')
  const wait = query.get('wait')
  const read = () => messagesOf(body, maxMessageBytes)
  if (wait === null) return streamSession(parts, request, response, handshake, await parts.turns.take(address, read))
  const waitMs = millisecondsOf('wait', wait)
  const hold = query.get('hold')
  const holdMs = hold === null ? undefined : millisecondsOf('hold', hold)
  const [messages, asked] = await parts.turns.take(address, () => {
    const messages = read()
    return [messages, messages.map(askedBy)] as const
  })
  return waitSession(parts, request, response, handshake, { messages, asked, waitMs, holdMs })
}

/** A number of seconds in a query, in milliseconds. */
function millisecondsOf(name: string, text: string): number {
  const seconds = Number(text)
  if (!(seconds >= 0))
    throw new BaroError('bad-message', `${name}=${JSON.stringify(text.slice(0, 20))} is not a number of seconds.`)
  return Math.min(seconds, longestWaitSeconds) * 1_000
}

/**
 * Resolves when the address has earned one more session; never, if its client goes away before.
 *
 * @throws {BaroError} `rate-limited` if too many wait.
 */
function letIn(turnstile: Turnstile, address: string | undefined, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const isInLine = turnstile.pass(address, prices.session, { isGone: () => response.destroyed, run: resolve })
    if (!isInLine) reject(new BaroError('rate-limited', 'Too many requests of this address wait. Come back later.'))
  })
}

function streamSession(
  parts: ConnectPostParts,
  request: IncomingMessage,
  response: ServerResponse,
  handshake: Handshake,
  messages: readonly Arrived[],
): void {
  const socket = openSse(request, response, sdkSse, parts)
  const outbox = new FramedOutbox(socket, parts.ticker, parts.limits, parts.clock.elapsed())
  const session = parts.openSession(outbox, handshake, { isOneWay: true })
  socket.tell(session)
  const stopHanding = hand(parts, handshake.address, session, messages)
  if (response.destroyed) stopHanding()
  else response.once('close', stopHanding)
}

async function waitSession(
  parts: ConnectPostParts,
  request: IncomingMessage,
  response: ServerResponse,
  handshake: Handshake,
  { messages, asked, waitMs, holdMs }: Waiting,
): Promise<void> {
  const { ticker, limits, clock } = parts
  // The client asks again with the same ids or turns (I5).
  const endHoldIn = (ms: number) => clock.after(ms, () => collector.close())
  const greeted = () => {
    if (holdMs === undefined) return
    cancelHold()
    cancelHold = endHoldIn(holdMs)
  }
  const collector = new AnswerCollector(asked, { ticker, limits, nowMs: clock.elapsed(), greeted })
  // A handler that never answers must not hold the request for ever.
  let cancelHold = endHoldIn(longestWaitSeconds * 1_000)
  const session = parts.openSession(collector, handshake, { isOneWay: true, waitMs })
  const cancelWait = clock.after(waitMs, () => collector.endWait())
  if (response.destroyed) collector.close()
  response.once('close', () => collector.close())
  const stopHanding = hand(parts, handshake.address, session, messages, () => collector.handed())
  await collector.ready
  stopHanding()
  cancelWait()
  cancelHold()
  session.closed(closeCodes.normal, 'the request was answered')
  return sendAnswer(request, response, { status: 200, body: collector.body, caching: 'none' })
}

function hand(
  parts: ConnectPostParts,
  address: string | undefined,
  session: SessionLink,
  messages: readonly Arrived[],
  done?: () => void,
): Cancel {
  const handOne = ({ message, text }: Arrived) => {
    if (text instanceof BaroError) session.refuse(text, message)
    else session.receive(text)
  }
  return handInPace(parts, address, session, messages, { hand: handOne, ...(done && { done }) })
}

/** What the session will answer: a message, or one that it will refuse. */
function askedBy({ message, text }: Arrived): About {
  const decoded = text instanceof BaroError ? undefined : decodeClientMessage(text)
  return decoded?.ok ? decoded.value : { type: 'unread', payload: namedBy(message) }
}

/**
 * The messages of a body. Only a body that holds no list of messages is refused as a whole: a bad message among them is
 * answered like any other, and the good ones are carried out. So the parts are parsed here without care, and each is read
 * with care by the session.
 */
function messagesOf(body: string, maxMessageBytes: number): readonly Arrived[] {
  const { messages } = (parsed(body) ?? {}) as { readonly messages?: unknown }
  if (!Array.isArray(messages))
    throw new BaroError('bad-message', 'The body is not { "messages": [{ "type", "payload" }, …] }. See PROTOCOL.md.')
  // Nothing can open the session later: the client has said all it can say.
  if (messages.length === 0)
    throw new BaroError('bad-message', 'The body has no messages. The first must be baro:connect. See PROTOCOL.md.')
  if (messages.length > maxMessages)
    throw new BaroError('too-large', `The body has ${messages.length} messages. Send at most ${maxMessages} at once.`)
  return messages.map((message) => ({ message, text: textOf(message, maxMessageBytes) }))
}

/** A message in it that nests too deep is read as far as it shows that, and what it is called. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(shallowText(body, levelsAround + maxJsonDepth))
  } catch {
    throw new BaroError('bad-message', `This is not JSON: ${quote(body)}. Send { "messages": [ … ] }.`)
  }
}

function textOf(message: unknown, maxMessageBytes: number): string | BaroError {
  const text = JSON.stringify(message)
  if (Buffer.byteLength(text) <= maxMessageBytes) return text
  return new BaroError('too-large', `A message is longer than ${maxMessageBytes} bytes. Send less in one.`)
}
