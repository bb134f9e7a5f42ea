/**
 * The outbox: publishes and requests on their way, in lanes, across any number of links (I5).
 *
 *   shut ── connected ──▶ open: every lane sends what it may, after each event
 *     ▲                     │
 *     └───── link down ─────┘   what was in flight is lost (lane.ts)
 *
 * A publish that was lost is sent again, as the same claim, only while the hub is sure to remember that claim; after that
 * its outcome is unknown, and nobody but the application may decide to try again. A request is not remembered by
 * anybody, so it is sent once.
 */
import { BaroError } from '@baro/core'
import {
  type Entry,
  emptyLane,
  type Lane,
  type LaneAction,
  type LaneEvent,
  laneTransition,
  patienceMs,
  type Terms,
} from './lane.ts'
import { type Step, step } from './run-machine.ts'

/** Everything that has no answer yet. */
export interface OutboxState {
  /** By channel, and of a request by its id. */
  readonly lanes: ReadonlyMap<string, Lane>
  /** What the newest hub lets in. */
  readonly terms?: Terms | undefined
  readonly isOpen?: boolean | undefined
  /** Until lanes that the hub asked for patience are looked at again. */
  readonly dueInMs?: number | undefined
}

/** What happens to an outbox. */
export type OutboxEvent = LaneEvent | { readonly type: 'add'; readonly entry: Entry }

/** What the decisions depend on besides state and event. */
export interface OutboxMoment {
  readonly elapsedMs: number
  /** Most bytes of all entries together (I7). */
  readonly maxOutboxBytes: number
}

/** Decides what happens to publishes and requests; total, so an event that does not fit changes nothing. */
export function outboxTransition(
  state: OutboxState,
  event: OutboxEvent,
  { elapsedMs, maxOutboxBytes }: OutboxMoment,
): Step<OutboxState, LaneAction> {
  const lanes = new Map(state.lanes)
  const actions: LaneAction[] = []
  let { terms, isOpen } = state
  let laneEvent: LaneEvent = { type: 'due' }

  if (event.type === 'add') {
    const { entry } = event
    const bytes = entriesOf(state).reduce((sum, one) => sum + one.bytes, entry.bytes)
    const { id, claim, message, settle } = entry
    if (bytes > maxOutboxBytes) {
      const outcome = new BaroError('unavailable', 'The outbox is full. Try later.')
      return step(state, { type: 'settle', settle, outcome })
    }
    const name = claim === 'nothing' ? id : message.payload.channel
    const lane = lanes.get(name) ?? emptyLane
    lanes.set(name, { ...lane, entries: [...lane.entries, entry] })
  } else laneEvent = event
  if (event.type === 'link-down') isOpen = false
  if (event.type === 'baro:connected') {
    isOpen = true
    terms = event.payload
  }
  if (event.type === 'baro:claims') terms &&= { ...terms, ...event.payload }

  const isOther = state.terms && state.terms.claimsEpoch !== terms?.claimsEpoch
  let dueInMs: number | undefined
  for (const [name, before] of lanes) {
    const lane = isOther ? forgotten(before) : before
    const next = laneTransition(lane, laneEvent, elapsedMs, isOpen ? terms : undefined)
    const { entries, number } = next.state
    actions.push(...next.actions)
    // The hub counts on from the number of an empty lane.
    if (entries.length || number) lanes.set(name, next.state)
    else lanes.delete(name)
    if (entries.some(({ dueMs = 0 }) => dueMs > elapsedMs)) dueInMs = patienceMs
  }
  return step({ lanes, terms, isOpen, dueInMs }, ...actions)
}

/** The lane in another life of the claims. */
function forgotten(lane: Lane): Lane {
  const entries = lane.entries.map(({ lostMs, ...entry }) => ({
    ...entry,
    // An id in flight, too: the lane goes on with its ids, and this one may have been taken in the life before.
    lostMs: lostMs === undefined && !(entry.claim === 'id' && entry.sentMs !== undefined) ? lostMs : -Infinity,
  }))
  return { ...lane, entries, isOver: true }
}

/** All entries, lane by lane. */
export function entriesOf({ lanes }: OutboxState): readonly Entry[] {
  return [...lanes.values()].flatMap(({ entries }) => entries)
}
