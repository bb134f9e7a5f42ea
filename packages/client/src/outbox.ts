import { type ClientMessage, type Clock, writeJson } from '@baro/core'
import type { Connection } from './connection.ts'
import {
  type OutboxAction,
  type OutboxEvent,
  type OutboxState,
  outboxTransition,
  type Settle,
} from './outbox-machine.ts'
import { runMachine } from './run-machine.ts'

/** Carries publishes and requests to the server, and their answers back. */
export interface Outbox {
  readonly isEmpty: boolean
  /** Sends now or with the next link. */
  send(message: Extract<ClientMessage, { type: 'baro:publish' | 'baro:request' }>, settle: Settle): void
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

/** How long to wait when the server asks for patience. */
const patienceMs = 1_000

/** Makes an empty outbox. */
export function createOutbox({ clock, maxOutboxBytes, connection, demandChanged }: OutboxParts): Outbox {
  const machine = runMachine<OutboxState, OutboxEvent, OutboxAction>({
    clock,
    initial: { entries: [] },
    transition: (state, event) => outboxTransition(state, event, { elapsedMs: clock.elapsed(), maxOutboxBytes }),
    perform(action) {
      if (action.type === 'send') connection.send(action.message)
      else if (action.type === 'settle') action.settle(action.outcome)
      else clock.after(patienceMs, () => machine.dispatch({ type: 'due' }))
    },
    settled: demandChanged,
  })
  return {
    get isEmpty() {
      return machine.state.entries.length === 0
    },
    send(message, settle) {
      const { type, payload } = message
      const bytes = new Blob([writeJson(message)]).size
      machine.dispatch({
        type: 'add',
        entry: { id: payload.id, message, bytes, isOnce: type === 'baro:request', settle },
      })
    },
    dispatch: machine.dispatch,
  }
}
