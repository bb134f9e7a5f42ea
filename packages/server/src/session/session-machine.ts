/**
 * What a session does from its first byte to its last.
 *
 *   new ── baro:connect ──▶ authenticating ── authenticated ──▶ open ──┐ every other message: handle
 *    │                          │                               │ ▲────┘
 *    │ too late, wrong protocol,│ too late, refused             │ silent, expired
 *    │ refused                  │                               │
 *    └──────────────────────────┴───────────────────────────────┴──────────▶ closed ◀── drain, gone: from anywhere
 *
 * Messages that arrive while it authenticates wait, so a client may subscribe before `baro:connected` arrives.
 */
import { BaroError } from '@baro/core'
import { type ClientMessage, closeCodes, parseId, protocolVersion } from '@baro/core/protocol'
import type { Unread } from './named.ts'

/** The state of a session. */
export interface SessionState {
  readonly phase: 'new' | 'authenticating' | 'open' | 'closed'
  /** When anything was last heard, on the hub's monotonic clock. */
  readonly heardAtMs: number
  /** When the client was last asked for a sign of life. */
  readonly askedAtMs: number
  /** Messages that arrived while the session authenticates. */
  readonly waiting: readonly ClientMessage[]
  /** Characters or bytes of the waiting messages. */
  readonly waitingLength: number
  /** The client cannot speak after its first messages, because its link is one request. So its silence says nothing. */
  readonly isOneWay: boolean
}

/** The times that a session is held to. */
export interface SessionRules {
  readonly heartbeatIntervalMs: number
  /** A client that says nothing for so long is asked for a sign of life. */
  readonly askAfterMs: number
  /** A client that says nothing for so long is gone. */
  readonly silentAfterMs: number
  readonly connectTimeoutMs: number
}

/** What an error is about: a message, or one that could not be taken. */
export type About = ClientMessage | Unread

/** What happens to a session. */
export type SessionEvent =
  /** A message arrived, `length` characters or bytes long. */
  | { readonly name: 'message'; readonly message: ClientMessage; readonly length: number; readonly atMs: number }
  /** Something arrived that is not handled: it is no message. */
  | { readonly name: 'rejected'; readonly error: BaroError; readonly about?: About; readonly atMs: number }
  /** What came could not be read, once too often. */
  | { readonly name: 'unreadable' }
  | { readonly name: 'authenticated' }
  /** It may not be let in: by the application, or because there are too many of it. */
  | { readonly name: 'refused'; readonly error: BaroError }
  /** The token has expired, or the application ended what it allows. */
  | { readonly name: 'over'; readonly error: BaroError }
  /** Time has passed; `spokeAtMs` is when the hub last wrote to the client. For `stoodMs` of it the node stood still. */
  | { readonly name: 'tick'; readonly atMs: number; readonly spokeAtMs: number; readonly stoodMs: number }
  | { readonly name: 'drain'; readonly reconnectInMs: number }
  | { readonly name: 'gone' }

/** What the transition asks for. */
export type SessionAction =
  | { readonly do: 'authenticate'; readonly message: Extract<ClientMessage, { type: 'baro:connect' }> }
  | { readonly do: 'welcome' }
  | { readonly do: 'handle'; readonly message: ClientMessage }
  | { readonly do: 'error'; readonly error: BaroError; readonly about?: About }
  | { readonly do: 'heartbeat' }
  /** Forgets what waits to be handed over, except replies and errors (I8). */
  | { readonly do: 'forget' }
  | { readonly do: 'announce-drain'; readonly reconnectInMs: number }
  | { readonly do: 'close'; readonly code: number; readonly reason: string }
  | { readonly do: 'end' }

/** The next state, and what to do. */
export interface SessionStep {
  readonly state: SessionState
  readonly actions: readonly SessionAction[]
}

/** Messages that may wait while a session is being authenticated. */
const maxWaitingMessages = 256

/** Characters that may wait. Bounded, because the client may still be a stranger (I7). */
const maxWaitingLength = 1 << 20

/** The state of a session whose link just opened. */
export function startSession(atMs: number, isOneWay = false): SessionState {
  return {
    phase: 'new',
    heardAtMs: atMs,
    askedAtMs: atMs,
    waiting: [],
    waitingLength: 0,
    isOneWay,
  }
}

/** Decides what a session does next. It is total; a closed session stays as it is. */
export function sessionTransition(state: SessionState, event: SessionEvent, rules: SessionRules): SessionStep {
  if (state.phase === 'closed') return { state, actions: [] }
  switch (event.name) {
    case 'message':
      return hear(heardAt(state, event.atMs), event)
    case 'rejected': {
      const { error, about, atMs } = event
      return { state: { ...state, heardAtMs: atMs }, actions: [{ do: 'error', error, ...(about && { about }) }] }
    }
    case 'unreadable':
      return close(state, closeCodes.unreadable, 'too many messages in a row could not be read')
    case 'authenticated':
      if (state.phase !== 'authenticating') return { state, actions: [] }
      return {
        state: { ...state, phase: 'open', waiting: [], waitingLength: 0 },
        actions: [{ do: 'welcome' }, ...state.waiting.map((message) => ({ do: 'handle', message }) as const)],
      }
    case 'refused':
      return state.phase === 'open' ? { state, actions: [] } : refuse(state, event.error)
    case 'over':
      return close(
        state,
        closeCodes.expired,
        event.error.message,
        { do: 'forget' },
        { do: 'error', error: event.error },
      )
    case 'tick':
      return tick(event.stoodMs > 0 ? withoutStandstill(state, event) : state, event, rules)
    case 'drain':
      return close(state, closeCodes.drain, 'this connection ends; come back', {
        do: 'announce-drain',
        reconnectInMs: event.reconnectInMs,
      })
    case 'gone':
      return { state: closed(state), actions: [{ do: 'end' }] }
  }
}

/** If it cannot be decided now, or there is no room now, the client must not be turned away for good. */
function refuse(state: SessionState, error: BaroError): SessionStep {
  const { retryAfterMs } = error
  const comeBack: readonly SessionAction[] =
    retryAfterMs === undefined ? [] : [{ do: 'announce-drain', reconnectInMs: retryAfterMs }]
  return close(state, closeCodeOf(error), error.message, { do: 'error', error }, ...comeBack)
}

function hear(state: SessionState, { message, length }: Extract<SessionEvent, { name: 'message' }>): SessionStep {
  if (message.type === 'baro:heartbeat')
    return { state, actions: message.payload.probe && state.phase === 'open' ? [{ do: 'heartbeat' }] : [] }
  if (message.type === 'baro:connect') return connect(state, message)
  if (state.phase === 'open') return { state, actions: [{ do: 'handle', message }] }
  if (state.phase === 'authenticating') return wait(state, message, length)
  const error = new BaroError('bad-message', `"${message.type}" came too early. Send "baro:connect" first.`)
  return { state, actions: [{ do: 'error', error, about: message }] }
}

/** The state after something was heard. Each field by its name, because it is made for each message. */
function heardAt(state: SessionState, heardAtMs: number): SessionState {
  const { phase, askedAtMs, waiting, waitingLength, isOneWay } = state
  return { phase, heardAtMs, askedAtMs, waiting, waitingLength, isOneWay }
}

function wait(state: SessionState, message: ClientMessage, length: number): SessionStep {
  const waiting = [...state.waiting, message]
  const waitingLength = state.waitingLength + length
  if (waiting.length <= maxWaitingMessages && waitingLength <= maxWaitingLength)
    return { state: { ...state, waiting, waitingLength }, actions: [] }
  const error = new BaroError('rate-limited', 'Too much is waiting until this session is let in. Send it again later.')
  return { state, actions: [{ do: 'error', error, about: message }] }
}

function connect(state: SessionState, message: Extract<ClientMessage, { type: 'baro:connect' }>): SessionStep {
  if (state.phase !== 'new') {
    const error = new BaroError('bad-message', '"baro:connect" came twice. Send it once, as the first message.')
    return { state, actions: [{ do: 'error', error, about: message }] }
  }
  if (message.payload.protocol !== protocolVersion)
    return close(state, closeCodes['wrong-protocol'], `this hub speaks protocol ${protocolVersion}`)
  // Every claim of a guest keeps it (I5), so it must be as short as an id.
  const client = parseId(message.payload.client)
  if (!client.ok) return { state, actions: [{ do: 'error', error: client.error, about: message }] }
  return { state: { ...state, phase: 'authenticating' }, actions: [{ do: 'authenticate', message }] }
}

function tick(
  state: SessionState,
  { atMs, spokeAtMs }: { readonly atMs: number; readonly spokeAtMs: number },
  { heartbeatIntervalMs, askAfterMs, silentAfterMs, connectTimeoutMs }: SessionRules,
): SessionStep {
  if (state.phase !== 'open')
    return atMs - state.askedAtMs < connectTimeoutMs
      ? { state, actions: [] }
      : close(state, closeCodes['no-connect'], `the session was not open within ${connectTimeoutMs} ms`)
  // A client answers each heartbeat.
  if (!state.isOneWay && atMs - state.heardAtMs >= silentAfterMs)
    return close(state, closeCodes.silent, `nothing heard for ${silentAfterMs} ms`)
  const isQuiet = atMs - spokeAtMs >= heartbeatIntervalMs
  // On a busy channel the hub is never quiet, and still must find out whether the client lives.
  const isUnsure = !state.isOneWay && atMs - Math.max(state.heardAtMs, state.askedAtMs) >= askAfterMs
  if (!isQuiet && !isUnsure) return { state, actions: [] }
  return { state: { ...state, askedAtMs: atMs }, actions: [{ do: 'heartbeat' }] }
}

/** A node that stands still hears and asks nobody: that time is nobody's silence. */
function withoutStandstill(
  state: SessionState,
  { atMs, stoodMs }: { readonly atMs: number; readonly stoodMs: number },
): SessionState {
  const later = (ms: number) => Math.min(atMs, ms + stoodMs)
  return { ...state, heardAtMs: later(state.heardAtMs), askedAtMs: later(state.askedAtMs) }
}

function closeCodeOf({ code, retry }: BaroError): number {
  if (code === 'expired') return closeCodes.expired
  return retry ? closeCodes.unavailable : closeCodes.unauthenticated
}

function close(state: SessionState, code: number, reason: string, ...first: readonly SessionAction[]): SessionStep {
  return {
    state: closed(state),
    actions: [...first, { do: 'close', code, reason }, { do: 'end' }],
  }
}

function closed(state: SessionState): SessionState {
  return { ...state, phase: 'closed', waiting: [], waitingLength: 0 }
}
