import { BaroError } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import { type ClientMessage, writeJson } from '@baro/core/protocol'
import type { Connection } from '../connection/connection.ts'
import { type Machine, runMachine } from '../machine/run-machine.ts'
import {
  emptyLane,
  type Lane,
  type LaneAction,
  type LaneEvent,
  laneTransition,
  type Question,
  type Settle,
  type Terms,
  tooLarge,
} from './lane.ts'

type Signal = Extract<ClientMessage, { type: 'baro:signal' }>
/** What happens to an outbox: to the lane of the message that it names, or to all. */
export type OutboxEvent = Exclude<LaneEvent, { type: 'add' }>

/** What an event is about; nothing if it is about all. */
interface Names {
  readonly id?: string
  readonly channel?: string
}

/** Carries publishes and requests to the hub, and their answers back, across any number of links (I5). */
export interface Outbox {
  readonly isEmpty: boolean
  /** Sends now or with the next link. */
  send(message: Question, settle: Settle, hasTurn?: boolean): void
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
  /** Most bytes of messages without an answer (I7). Default 1 MiB. */
  readonly maxOutboxBytes?: number | undefined
  readonly connection: Pick<Connection, 'status' | 'send' | 'dispatch'>
  /** There may be nothing left to send. */
  demandChanged(): void
}

/** The longest that a turn makes a message. */
const turnBytes = 90

/** Makes an empty outbox. */
export function createOutbox({ clock, maxOutboxBytes = 1 << 20, connection, demandChanged }: OutboxParts): Outbox {
  /** Of publishes, by channel. An id alone names none of them: the application may give one to several (I5). */
  const lanes = new Map<string, Machine<Lane, LaneEvent>>()
  /** A request has a lane of its own, by its id, which nobody has had before. */
  const requests = new Map<string, Machine<Lane, LaneEvent>>()
  let waitingBytes = 0
  /** What the hub of the open link lets in. */
  let terms: Terms | undefined
  /** What a hub said last; nothing once the application has begun anew, perhaps as somebody else. */
  let made: Terms | undefined

  const isOrdered = () => connection.status.rung === 'websocket'

  function createLane(): Machine<Lane, LaneEvent> {
    return runMachine<Lane, LaneEvent, LaneAction>({
      clock,
      initial: emptyLane,
      transition: (state, event) =>
        laneTransition(state, event, {
          elapsedMs: clock.elapsed(),
          terms,
          isOrdered: isOrdered(),
        }),
      perform(action) {
        if ('settle' in action) action.settle(action.outcome)
        else {
          connection.send(action.message)
          // Over HTTP it has a request of its own, which finds out as well.
          if (isOrdered()) connection.dispatch({ type: 'asked', bytes: waitingBytes })
        }
      },
      settled: demandChanged,
    })
  }

  return {
    get isEmpty() {
      return !waitingBytes
    },
    send(message, settle, hasTurn = false) {
      const { id, channel } = message.payload
      const bytes = bytesOf(message) + (hasTurn ? turnBytes : 0)
      if (waitingBytes + bytes > maxOutboxBytes)
        return settle(new BaroError('unavailable', 'The outbox is full. Try later.'))
      const isPublish = message.type === 'baro:publish'
      const lane = (isPublish && lanes.get(channel)) || createLane()
      if (isPublish) lanes.set(channel, lane)
      else requests.set(id, lane)
      waitingBytes += bytes
      const done: Settle = (outcome) => {
        waitingBytes -= bytes
        requests.delete(id)
        settle(outcome)
      }
      lane.dispatch({ type: 'add', entry: { message, bytes, hasTurn, settle: done, made } })
    },
    signal(message) {
      const bytes = bytesOf(message)
      if (terms && bytes > terms.maxMessageBytes) throw tooLarge(bytes, terms.maxMessageBytes)
      if (terms) connection.send(message)
    },
    dispatch(event) {
      if (event.type === 'link-down') terms = undefined
      if (event.type === 'baro:connected') made = terms = event.payload
      if (event.type === 'restart') made = undefined
      const { id, channel = '' } = ('payload' in event ? event.payload : event) as Names
      if (id) (requests.get(id) ?? lanes.get(channel))?.dispatch(event)
      else for (const lane of [...lanes.values(), ...requests.values()]) lane.dispatch(event)
    },
  }
}

/** The length of its JSON form, the longest that any link sends. */
function bytesOf(message: ClientMessage): number {
  return new Blob([writeJson(message)]).size
}
