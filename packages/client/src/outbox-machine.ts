/**
 * The outbox: publishes and requests on their way, in order, across any number of links (I5).
 *
 *             link up                  answered
 *   waiting ───────────▶ in flight ──────────────▶ settled
 *      ▲                     │
 *      └── link down, or the server asks for patience
 *
 * A publish that was sent may have been taken. It is sent again, with the same id, only while the server is sure to
 * remember the id; after that its outcome is unknown, and nobody but the application may decide to try again. A request
 * is not remembered by anybody, so it is sent once. The same id twice is sent twice, and the first answer is for both.
 */
import { BaroError, type ClientMessage, type ErrorCode, mayPass, type ServerMessage } from '@baro/core'
import { type Step, step } from './run-machine.ts'

/** The payload of an answer, or why there is none. */
export type Outcome = unknown
/** Is told, exactly once, what became of a message. */
export type Settle = (outcome: Outcome) => void

type Connected = Extract<ServerMessage, { type: 'baro:connected' }>

/** A message that waits for an answer. */
export interface Entry {
  readonly id: string
  readonly message: ClientMessage
  /** Its length as text. */
  readonly bytes: number
  /** It must not be sent a second time. */
  readonly isOnce: boolean
  readonly settle: Settle
  readonly isInFlight?: boolean
  /** When, and under which life of the server's claims, it was sent first. */
  readonly sent?: { readonly elapsedMs: number; readonly claimsEpoch: string }
}

/** Everything that has no answer yet. */
export interface OutboxState {
  readonly entries: readonly Entry[]
  /** What the server of this link takes; absent without a link. */
  readonly terms?: Connected['payload']
  /** The server asked for patience. */
  readonly isPaused?: boolean
}

/** What happens to an outbox. */
export type OutboxEvent =
  | { readonly type: 'add'; readonly entry: Entry }
  /** The server lets the client in, or answers. */
  | Connected
  | Extract<ServerMessage, { type: 'baro:published' | 'baro:answer' | 'baro:error' }>
  /** `due`: the patience the server asked for is over. */
  | { readonly type: 'link-down' | 'due' | 'close' }

/** What the transition asks for. */
export type OutboxAction =
  | { readonly type: 'send'; readonly message: ClientMessage }
  | { readonly type: 'settle'; readonly settle: Settle; readonly outcome: Outcome }
  /** Tell `due` after a second. */
  | { readonly type: 'pause' }

/** What the decisions depend on besides state and event. */
export interface OutboxMoment {
  readonly elapsedMs: number
  /** Most bytes of all entries together (I7). */
  readonly maxOutboxBytes: number
}

type OutboxStep = Step<OutboxState, OutboxAction>
/** What becomes of an entry: it stays, or something is done about it, or both. */
type Fate = Entry | OutboxAction | readonly [Entry, OutboxAction]

/** The part of the server's window that is used: the rest is for a message that travels slowly. */
const usedWindow = 0.9

/** Decides what happens to publishes and requests; total, so an event that does not fit changes nothing. */
export function outboxTransition(
  state: OutboxState,
  event: OutboxEvent,
  { elapsedMs, maxOutboxBytes }: OutboxMoment,
): OutboxStep {
  switch (event.type) {
    case 'add': {
      const { entry: added } = event
      const entries = [...state.entries, added]
      const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
      return bytes <= maxOutboxBytes
        ? pump({ ...state, entries }, elapsedMs)
        : step(state, refuse(added, 'unavailable', 'The outbox is full. Try later.'))
    }
    case 'baro:connected':
      return pump({ entries: state.entries, terms: event.payload }, elapsedMs)
    case 'due':
      return pump({ ...state, isPaused: false }, elapsedMs)
    case 'link-down':
      return judge({ entries: state.entries }, (entry) =>
        entry.isOnce && entry.sent ? unknownOutcome(entry) : wait(entry),
      )
    case 'close':
      return judge(state, (entry) =>
        entry.sent ? unknownOutcome(entry) : refuse(entry, 'closed', 'The client was closed.'),
      )
    case 'baro:published':
      return answer(state, event.payload.id, event.payload)
    case 'baro:answer':
      return answer(state, event.payload.id, event.payload.payload)
    case 'baro:error': {
      const { id, code, message } = event.payload
      // It may succeed later: the first is still at work, or nothing was taken. The same id again does no harm, and
      // nothing may overtake it.
      const waits = (entry: Entry) => entry.id === id && !entry.isOnce
      if (mayPass(code) && state.entries.some(waits)) {
        const entries = state.entries.map((entry) => (waits(entry) ? wait(entry) : entry))
        return step({ ...state, entries, isPaused: true }, { type: 'pause' })
      }
      // A server newer than this client may name a code that is not in our table.
      return answer(state, id, new BaroError(code as ErrorCode, message))
    }
  }
}

function answer(state: OutboxState, id: string | undefined, outcome: Outcome): OutboxStep {
  return judge(state, (entry) => (entry.id === id ? settle(entry, outcome) : entry))
}

/** Sends what waits, in order; what can no longer be sent is settled instead. */
function pump(state: OutboxState, elapsedMs: number): OutboxStep {
  const { terms, isPaused } = state
  if (!terms || isPaused) return step(state)
  const { claimsEpoch, publishWindowMs, maxMessageBytes } = terms
  return judge(state, (entry) => {
    const { isInFlight, bytes, message, sent = { elapsedMs, claimsEpoch } } = entry
    if (isInFlight) return entry
    if (bytes > maxMessageBytes)
      return refuse(entry, 'too-large', `${bytes} bytes, the server takes ${maxMessageBytes}.`)
    return sent.claimsEpoch === claimsEpoch && elapsedMs - sent.elapsedMs <= publishWindowMs * usedWindow
      ? [
          { ...entry, sent, isInFlight: true },
          { type: 'send', message },
        ]
      : unknownOutcome(entry)
  })
}

function judge(state: OutboxState, fateOf: (entry: Entry) => Fate): OutboxStep {
  const fates: readonly (Entry | OutboxAction)[] = state.entries.flatMap(fateOf)
  const entries = fates.filter((fate) => 'id' in fate)
  return step({ ...state, entries }, ...fates.filter((fate) => 'type' in fate))
}

function wait(entry: Entry): Entry {
  return { ...entry, isInFlight: false }
}

function unknownOutcome(entry: Entry): OutboxAction {
  return refuse(entry, 'unknown-outcome', `"${entry.id}" may have been taken. Look before repeating it.`)
}

function refuse(entry: Entry, code: ErrorCode, message: string): OutboxAction {
  return settle(entry, new BaroError(code, message))
}

function settle({ settle }: Entry, outcome: Outcome): OutboxAction {
  return { type: 'settle', settle, outcome }
}
