/**
 * A lane: the publishes of one channel that have no answer, in order, and whose turn each of them is (I5). Lanes never
 * wait for each other. A request is a lane of its own.
 *
 *   waiting ───────────▶ in flight ── answered ──▶ settled
 *      ▲                  │     │
 *      ├──── not now ─────┘     │ link down
 *      └──────────── lost ◀─────┘
 *
 * - A lane sends only while nothing behind its first waiting entry is in flight, and then all that waits. So the order
 *   holds, and each sending has an answer of its own, however often the hub says *not now*.
 * - What is *lost* may have been done. It is sent again as the same claim, while the hub is sure to remember that.
 * - A lane is *over* with a turn that the hub does not know, an unknown outcome, or another life of the claims. Once
 *   nothing is in flight, what is lost has an unknown outcome, and the rest, which was not done, is numbered from 1 under
 *   another producer: the id of the first of them, which nobody has had before.
 */
import { BaroError, type ClientMessage, type ErrorCode, mayPass, type ServerMessage } from '@baro/core'
import { type DueEvent, type Step, step } from './run-machine.ts'

/** The payload of an answer, or why there is none. */
export type Outcome = unknown
/** Is told, exactly once, what became of a message. */
export type Settle = (outcome: Outcome) => void
/** A message that is answered by its id. */
export type Question = Extract<ClientMessage, { type: 'baro:publish' | 'baro:request' }>
/** What the hub of a link lets in. */
export type Terms = Extract<ServerMessage, { type: 'baro:connected' }>['payload']
/** What makes a message the same when it is sent again. A request is claimed by nothing, and therefore sent once. */
export type Claim = 'turn' | 'id' | 'nothing'

/** A message that waits for its answer. Times are elapsed milliseconds. */
export interface Entry {
  readonly id: string
  readonly message: Question
  /** Its length as text. */
  readonly bytes: number
  readonly claim: Claim
  readonly settle: Settle
  /** Its number under the producer of the lane. */
  readonly number?: number | undefined
  /** When it was sent on this link; absent once that sending was answered. */
  readonly sentMs?: number | undefined
  /** When the first of those sendings was that got no answer. */
  readonly lostMs?: number | undefined
  /** The end of the patience that the hub asked for. */
  readonly dueMs?: number | undefined
}

/** The entries of a channel, and the turns they are given. */
export interface Lane {
  readonly entries: readonly Entry[]
  readonly producer: string
  /** The last number that was given, and when. */
  readonly number: number
  readonly numberedMs?: number | undefined
  readonly isOver: boolean
}

/** What a lane asks for. */
export type LaneAction =
  | { readonly type: 'send'; readonly message: Question }
  | { readonly type: 'settle'; readonly settle: Settle; readonly outcome: Outcome }

/** What happens to a lane; after each, it sends what it may. */
export type LaneEvent =
  | DueEvent
  | Extract<ServerMessage, { type: 'baro:connected' | 'baro:claims' | 'baro:published' | 'baro:answer' | 'baro:error' }>
  | { readonly type: 'link-down' | 'close' }

/** The lane of a channel that nothing was published to. */
export const emptyLane: Lane = { entries: [], producer: '', number: 0, isOver: false }

/** How long a lane waits after *not now*. */
export const patienceMs = 1_000

/**
 * Decides what happens to the entries of a lane; total, so an event that does not fit changes nothing.
 *
 * @param terms Those of the open link; without them nothing is sent.
 */
export function laneTransition(
  lane: Lane,
  event: LaneEvent,
  elapsedMs: number,
  terms: Terms | undefined,
): Step<Lane, LaneAction> {
  const actions: LaneAction[] = []
  let { entries, producer, number, numberedMs, isOver } = lane

  function settle({ settle }: Entry, outcome: Outcome): [] {
    actions.push({ type: 'settle', settle, outcome })
    return []
  }
  function giveUp(entry: Entry): [] {
    const { id } = entry
    return settle(entry, new BaroError('unknown-outcome', `"${id}" may have been taken. Look before repeating it.`))
  }
  function judge(fateOf: (entry: Entry, index: number) => Entry | []): void {
    entries = entries.flatMap(fateOf)
  }

  switch (event.type) {
    case 'link-down':
      judge((entry) => {
        const { claim, sentMs, lostMs = sentMs } = entry
        return claim === 'nothing' && isInFlight(entry)
          ? giveUp(entry)
          : { ...entry, sentMs: undefined, lostMs, dueMs: undefined }
      })
      break
    case 'close':
      judge((entry) =>
        (entry.sentMs ?? entry.lostMs) === undefined
          ? settle(entry, new BaroError('closed', 'The client was closed.'))
          : giveUp(entry),
      )
      isOver = true
      break
    case 'baro:published':
    case 'baro:answer': {
      const { payload } = event
      judge((entry) =>
        entry.id === payload.id ? settle(entry, 'payload' in payload ? payload.payload : payload) : entry,
      )
      break
    }
    case 'baro:error': {
      const { id, code, message } = event.payload
      judge((entry, index) => {
        const { claim, sentMs, lostMs } = entry
        if (entry.id !== id) return entry
        const isOutOfTurn = code === 'out-of-turn'
        // Behind one without an answer the hub cannot know a turn yet.
        isOver ||= code === 'unknown-outcome' || (isOutOfTurn && index === 0)
        if (claim !== 'nothing' && (isOutOfTurn || mayPass(code))) {
          const waiting = { ...entry, sentMs: undefined, dueMs: elapsedMs + patienceMs }
          // What is in progress may be at work on another node.
          return code === 'in-progress' ? { ...waiting, lostMs: lostMs ?? sentMs } : waiting
        }
        // A hub newer than this client may name a code that is not in our table.
        return settle(entry, new BaroError(code as ErrorCode, message))
      })
    }
  }

  if (terms) {
    // The rest of the hub's window is for a message that travels slowly.
    const isForgotten = (sinceMs = elapsedMs) => elapsedMs - sinceMs > 0.9 * terms.publishWindowMs
    judge((entry) => {
      if (isInFlight(entry) || !isForgotten(entry.lostMs)) return entry
      isOver = true
      return giveUp(entry)
    })
    isOver ||= isForgotten(numberedMs)
    if (isOver && !entries.some(isInFlight)) {
      // An id is claimed by itself.
      judge((entry) =>
        entry.lostMs === undefined || entry.claim === 'id' ? { ...entry, number: undefined } : giveUp(entry),
      )
      number = 0
      numberedMs = undefined
      isOver = false
    }
    const first = entries.findIndex((entry) => !isInFlight(entry))
    const { dueMs = 0 } = entries[first] ?? {}
    if (!isOver && dueMs <= elapsedMs && !entries.slice(first).some(isInFlight)) {
      // Everything before the first number without an answer has one.
      const confirmed = (entries.find((entry) => entry.number)?.number ?? number + 1) - 1
      judge((entry, index) => {
        const refusal = tooLarge(entry.bytes, terms)
        if (index < first) return entry
        if (refusal) return entry.lostMs === undefined ? settle(entry, refusal) : giveUp(entry)
        const sent = { ...entry, sentMs: elapsedMs }
        let { message } = entry
        if (entry.claim === 'turn') {
          sent.number ??= ++number
          if (number === 1) producer = entry.id
          numberedMs = elapsedMs
          const { type, payload } = message
          message = { type, payload: { ...payload, producer, number: sent.number, confirmed } } as Question
        }
        actions.push({ type: 'send', message })
        return sent
      })
    }
  }
  return step({ entries, producer, number, numberedMs, isOver }, ...actions)
}

/** Why a message of this length is not sent: it would break the link, again and again. */
export function tooLarge(bytes: number, { maxMessageBytes }: Terms): BaroError | undefined {
  return bytes > maxMessageBytes
    ? new BaroError('too-large', `${bytes} bytes, the hub takes ${maxMessageBytes}.`)
    : undefined
}

function isInFlight({ sentMs }: Entry): boolean {
  return sentMs !== undefined
}
