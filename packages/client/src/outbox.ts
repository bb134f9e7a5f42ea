import { type ClientMessage, type Clock, writeJson } from '@baro/core'
import type { Connection } from './connection.ts'
import { type Claim, type LaneAction, type Question, type Settle, tooLarge } from './lane.ts'
import { entriesOf, type OutboxEvent, type OutboxState, outboxTransition } from './outbox-machine.ts'
import { runMachine } from './run-machine.ts'

type Signal = Extract<ClientMessage, { type: 'baro:signal' }>

/** Carries publishes and requests to the hub, and their answers back. */
export interface Outbox {
  readonly isEmpty: boolean
  /** Sends now or with the next link. */
  send(message: Question, claim: Claim, settle: Settle): void
  /**
   * Sends now or not at all.
   *
   * @throws {BaroError} `too-large`: a longer one would break the link.
   */
  signal(message: Signal): void
  dispatch(event: OutboxEvent): void
}

/** What an outbox works with. */
export interface OutboxParts {
  readonly clock: Clock
  /** Most bytes of messages without an answer. */
  readonly maxOutboxBytes: number
  readonly connection: Connection
  /** There may be nothing left to send. */
  demandChanged(): void
}

/** The longest that a turn makes a message. */
const turnBytes = 90

/** Makes an empty outbox. */
export function createOutbox({ clock, maxOutboxBytes, connection, demandChanged }: OutboxParts): Outbox {
  const machine = runMachine<OutboxState, OutboxEvent, LaneAction>({
    clock,
    initial: { lanes: new Map() },
    transition: (state, event) => outboxTransition(state, event, { elapsedMs: clock.elapsed(), maxOutboxBytes }),
    perform(action) {
      if (action.type === 'send') connection.send(action.message)
      else action.settle(action.outcome)
    },
    settled: demandChanged,
  })
  return {
    get isEmpty() {
      return !entriesOf(machine.state).length
    },
    send(message, claim, settle) {
      const bytes = bytesOf(message) + (claim === 'turn' ? turnBytes : 0)
      machine.dispatch({ type: 'add', entry: { id: message.payload.id, message, bytes, claim, settle } })
    },
    signal(message) {
      const { isOpen, terms } = machine.state
      const refusal = terms && tooLarge(bytesOf(message), terms)
      if (refusal) throw refusal
      if (isOpen) connection.send(message)
    },
    dispatch: machine.dispatch,
  }
}

/** The length of its JSON form, the longest that any link sends. */
function bytesOf(message: ClientMessage): number {
  return new Blob([writeJson(message)]).size
}
