/**
 * A lane: the publishes of one channel that have no answer, in order, and whose turn each of them is (I5). Lanes never
 * wait for each other. A request is a lane of its own.
 *
 *   waiting ───────────▶ in flight ── answered ──▶ settled
 *      ▲                  │     │
 *      ├──── not now ─────┘     │ link down
 *      └──────────── lost ◀─────┘
 *
 * - Who asked may withdraw a request, or give up on it. A publish can be withdrawn until it was sent: it may be done, and
 *   its number is taken.
 * - A lane sends what waits at once. After *not now*, or where messages may overtake each other, it sends only while
 *   nothing is in flight. So the order holds, and each sending has an answer of its own, however often the hub says so.
 *   After both, it sends the first alone: a request that takes too long would take as long again.
 * - What was made as one user is never sent as another: it comes to nothing if it was not sent.
 * - What is *lost* may have been done. It is sent again as the same claim, while the hub is sure to remember that; after
 *   that its outcome is unknown, and nobody but the application may decide to try again.
 * - A lane is *over* with a turn that the hub does not know, an unknown outcome, or another life of the claims. Once
 *   nothing is in flight, what is lost has an unknown outcome, and the rest, which was not done, is numbered from 1 under
 *   another producer: the id of the first of them, which nobody has had before.
 * - Beside an *unknown outcome* whatever has a number is lost: its producer goes on at the hub, and of a request that came
 *   twice one copy may be refused for now, and the other one taken later.
 */
import { BaroError, type ErrorCode } from '@baro/core'
import { type ClientMessage, mayPass, type ServerMessage } from '@baro/core/protocol'
import { type DueEvent, type Step, step } from '../machine/run-machine.ts'

/** The payload of an answer, or why there is none; `undefined`: who asked has withdrawn it. */
export type Outcome = unknown
/** Is told, exactly once, what became of a message. */
export type Settle = (outcome: Outcome) => void
/** A message that is answered by its id. */
export type Question = Extract<ClientMessage, { type: 'baro:publish' | 'baro:request' }>
/** What the hub of a link lets in. */
export type Terms = Extract<ServerMessage, { type: 'baro:connected' }>['payload']

/** A message that waits for its answer. Times are elapsed milliseconds. */
export interface Entry {
  readonly message: Question
  /** Its length as text. */
  readonly bytes: number
  /** Whether a publish is claimed by a turn; else it is by its id, and a request by nothing, so that it is sent once. */
  readonly hasTurn: boolean
  readonly settle: Settle
  /** What the hub said last when it was made, or when it was sent: whose it is. Absent before anybody is known. */
  readonly made?: Terms | undefined
  /** Its number under the producer of the lane. */
  readonly number?: number | undefined
  /** When it was sent on this link; absent once that sending was answered. */
  readonly sentMs?: number | undefined
  /** When the first of those sendings was that got no answer. */
  readonly lostMs?: number | undefined
}

/** The entries of a channel, and the turns they are given. */
export interface Lane {
  readonly entries: readonly Entry[]
  /** How many are in flight: the first, unless the hub has said *not now* to one of them. */
  readonly inFlight: number
  /** The life of the claims that it counts on. */
  readonly claimsEpoch?: string | undefined
  /** For how long what is lost is remembered: in a rolling deploy, by the hub that remembers it for the shortest time. */
  readonly windowMs?: number | undefined
  readonly producer?: string | undefined
  /** The last number that was given, and when. */
  readonly number: number
  readonly numberedMs?: number | undefined
  readonly isOver?: boolean | undefined
  /** The end of the patience that the hub asked for. */
  readonly dueMs?: number | undefined
  readonly dueInMs?: number | undefined
}

/** What a lane asks for: to send a message, or to tell an outcome. */
export type LaneAction = { readonly message: Question } | { readonly settle: Settle; readonly outcome: Outcome }

type AnswerEvent = Extract<ServerMessage, { type: 'baro:published' | 'baro:answer' | 'baro:error' }>

/** What happens to a lane; after each, it sends what it may. */
export type LaneEvent =
  | DueEvent
  | AnswerEvent
  | Extract<ServerMessage, { type: 'baro:connected' }>
  | { readonly type: 'add'; readonly entry: Entry }
  | { readonly type: 'link-down' | 'restart' | 'close' }
  /** Who asked does not want the answer any more; `lateMs`: because it did not come in this time. */
  | { readonly type: 'withdraw'; readonly id: string; readonly channel: string; readonly lateMs?: number }

/** What an event says: of which message, and what is wrong with it. */
interface Said {
  readonly id?: string
  readonly channel?: string
  readonly code?: ErrorCode
  readonly message?: string
  readonly payload?: unknown
}

/** What the decisions depend on besides state and event. */
export interface LaneMoment {
  readonly elapsedMs: number
  /** Those of the open link; without them nothing is sent. */
  readonly terms: Terms | undefined
  /** Whether what is sent arrives in order. */
  readonly isOrdered: boolean
}

/** The lane of a channel that nothing was published to. */
export const emptyLane: Lane = { entries: [], inFlight: 0, number: 0 }

/** How long a lane waits after *not now*. */
const patienceMs = 1_000

/** Decides what happens to the entries of a lane; total, so an event that does not fit changes nothing. */
export function laneTransition(
  lane: Lane,
  event: LaneEvent,
  { elapsedMs, terms, isOrdered }: LaneMoment,
): Step<Lane, LaneAction> {
  const actions: LaneAction[] = []
  const said = ('payload' in event ? event.payload : event) as Said
  // Who published knows in which channel.
  const { channel, ...receipt } = said
  const { id, code } = receipt
  let { entries, inFlight, claimsEpoch, windowMs, producer, number, numberedMs = Infinity, isOver, dueMs = 0 } = lane

  function settle({ settle }: Entry, outcome: Outcome): [] {
    actions.push({ settle, outcome })
    return []
  }
  function giveUp(entry: Entry): [] {
    const { id } = entry.message.payload
    return settle(entry, new BaroError('unknown-outcome', `"${id}" may have been taken. Look before repeating it.`))
  }
  // Tabs that share a link hear the answers of all.
  const isOurs = entries.some(({ message }) => message.payload.id === id)
  /** What an entry becomes by the event. */
  function next(entry: Entry): Entry | [] {
    const { message, number, sentMs, lostMs = sentMs } = entry
    const isRequest = message.type === 'baro:request'
    if (event.type === 'close' || event.type === 'link-down') {
      if (lostMs !== undefined && (event.type === 'close' || isRequest)) return giveUp(entry)
      if (event.type === 'close') return settle(entry, new BaroError('closed', 'The client was closed.'))
      return { ...entry, sentMs: undefined, lostMs }
    }
    if (message.payload.id !== id)
      return isOurs && number && code === 'unknown-outcome' ? { ...entry, lostMs: 0 } : entry
    if (event.type === 'withdraw') {
      if (!isRequest && (lostMs ?? number) !== undefined) return entry
      const { lateMs } = event
      if (sentMs !== undefined) inFlight--
      if (lateMs === undefined) return settle(entry, undefined)
      if (lostMs !== undefined) return giveUp(entry)
      return settle(entry, new BaroError('unavailable', `No connection for ${lateMs} ms.`))
    }
    // Each sending has one answer.
    if (sentMs === undefined) return entry
    inFlight--
    if (!code) return settle(entry, 'payload' in said ? said.payload : receipt)
    const isOutOfTurn = code === 'out-of-turn'
    // Behind one without an answer the hub cannot know a turn yet.
    isOver ||= code === 'unknown-outcome' || (isOutOfTurn && entry === lane.entries[0])
    // A hub newer than this client may name a code that is not in our table.
    if (isRequest || !(mayPass(code) || isOutOfTurn)) return settle(entry, new BaroError(code, said.message as string))
    dueMs ||= elapsedMs + patienceMs
    // What is in progress may be at work on another node.
    return { ...entry, sentMs: undefined, lostMs: code === 'in-progress' ? lostMs : entry.lostMs }
  }

  if (event.type === 'add') entries = [...entries, event.entry]
  else {
    if (event.type === 'close' || event.type === 'link-down') inFlight = dueMs = 0
    entries = entries.flatMap(next)
  }

  if (terms) {
    const { maxMessageBytes, publishWindowMs } = terms
    // What is lost, and numbers that were given, may be known to a hub with another window.
    const isKnown = number || entries.some(({ lostMs }) => lostMs !== undefined)
    windowMs = Math.min((isKnown && windowMs) || Infinity, publishWindowMs)
    // What was sent before is forgotten. The rest of the hub's window is for a message that travels slowly.
    const keptMs = claimsEpoch === terms.claimsEpoch ? elapsedMs - 0.9 * windowMs : Infinity
    const isForgotten = ({ lostMs = keptMs }: Entry) => lostMs < keptMs
    claimsEpoch = terms.claimsEpoch
    isOver ||= numberedMs < keptMs || (!inFlight && entries.some(isForgotten))
    if (!inFlight || (isOrdered && !isOver && !dueMs)) {
      if (isOver) {
        number = 0
        numberedMs = Infinity
      }
      // Everything before the first number without an answer has one.
      const confirmed = ((!isOver && entries.find((entry) => entry.number)?.number) || number + 1) - 1
      const isDue = dueMs <= elapsedMs
      let room = dueMs && !isOrdered ? 1 : Infinity
      const before = entries.slice(0, inFlight)
      const waiting = entries.slice(inFlight).flatMap((entry) => {
        const { message, bytes, hasTurn, lostMs, made = terms } = entry
        const isTooLong = bytes > maxMessageBytes
        // An id is claimed by itself.
        if (lostMs !== undefined && (isTooLong || isForgotten(entry) || (isOver && hasTurn))) return giveUp(entry)
        if (isTooLong) return settle(entry, tooLarge(bytes, maxMessageBytes))
        if (made.user !== terms.user)
          return settle(entry, new BaroError('unauthenticated', 'You are another user now. Nothing was sent.'))
        const sent = { ...entry, made, number: isOver ? undefined : entry.number }
        if (!isDue || room-- < 1) return sent
        inFlight++
        sent.sentMs = elapsedMs
        if (hasTurn) {
          sent.number ??= ++number
          numberedMs = elapsedMs
          if (number === 1) producer = message.payload.id
        }
        const turn = hasTurn && { producer, number: sent.number, confirmed }
        actions.push({ message: { ...message, payload: { ...message.payload, ...turn } } as Question })
        return sent
      })
      entries = [...before, ...waiting]
      if (isDue) dueMs = 0
      isOver = false
    }
  }
  const dueInMs = dueMs > elapsedMs ? dueMs - elapsedMs : undefined
  return step(
    { entries, inFlight, claimsEpoch, windowMs, producer, number, numberedMs, isOver, dueMs, dueInMs },
    ...actions,
  )
}

/** Why a message of this length is not sent: it would break the link, again and again. */
export function tooLarge(bytes: number, maxMessageBytes: number): BaroError {
  return new BaroError('too-large', `${bytes} bytes, the hub takes ${maxMessageBytes}.`)
}
