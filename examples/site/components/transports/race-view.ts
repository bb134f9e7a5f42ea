/**
 * The race as the page shows it, purely:
 *
 *   ready ──started──▶ running ──stopped──▶ stopped | hidden ──started──▶ running
 *
 * Whatever the transports tell counts only while it runs.
 */
import { parseAt } from '@baro/core/protocol'
import { arrivedIn, emptyLane, type Lane, resetTo, startedAt } from './lane.ts'
import type { Arrival } from './reading.ts'
import { type Transport, transports } from './transport.ts'

/** Everything the page shows of a race. */
export interface RaceView {
  readonly state: 'ready' | 'running' | 'stopped' | 'hidden'
  /** In milliseconds since 1970. */
  readonly startedAtMs: number
  readonly perSecond: number
  /** Offset of the publication that said so: an older one, on a later transport, changes nothing. */
  readonly rateOffset: number
  readonly lanes: Readonly<Record<Transport, Lane>>
}

/** What happens in a race. */
export type RaceEvent =
  | { readonly type: 'started'; readonly position: string; readonly nowMs: number }
  | { readonly type: 'stopped'; readonly why: 'stopped' | 'hidden' }
  | { readonly type: 'chosen'; readonly perSecond: number }
  | { readonly type: 'linked'; readonly transport: Transport; readonly link: Lane['link'] }
  | { readonly type: 'requested'; readonly transport: Transport }
  | { readonly type: 'counted'; readonly transport: Transport; readonly bytes: number }
  | {
      readonly type: 'arrived'
      readonly transport: Transport
      readonly publication: Arrival
      readonly bytes: number
      readonly nowMs: number
    }
  | {
      readonly type: 'reset'
      readonly transport: Transport
      readonly position: string
      readonly reason: string
      readonly snapshot: Arrival['payload'] | undefined
    }

/** The race of a page that was just rendered. */
export function readyRace(perSecond: number): RaceView {
  return { state: 'ready', startedAtMs: 0, perSecond, rateOffset: 0, lanes: lanesOf(emptyLane) }
}

/** What a race is after something happened in it. */
export function transition(view: RaceView, event: RaceEvent): RaceView {
  switch (event.type) {
    case 'started': {
      const lanes = lanesOf(() => startedAt(parseAt(event.position)?.offset))
      return { ...view, state: 'running', startedAtMs: event.nowMs, lanes }
    }
    case 'chosen':
      return { ...view, perSecond: event.perSecond }
  }
  if (view.state !== 'running') return view
  if (event.type === 'stopped')
    return { ...view, state: event.why, lanes: lanesOf((transport) => ({ ...view.lanes[transport], link: 'off' })) }
  const lane = view.lanes[event.transport]
  const withLane = (next: Lane): RaceView => ({ ...view, lanes: { ...view.lanes, [event.transport]: next } })
  switch (event.type) {
    case 'linked':
      return withLane({ ...lane, link: event.link })
    case 'requested':
      return withLane({ ...lane, requests: lane.requests + 1 })
    case 'counted':
      return withLane({ ...lane, bytes: lane.bytes + event.bytes })
    case 'reset': {
      const offset = parseAt(event.position)?.offset ?? 0
      return withRate(withLane(resetTo(lane, offset, event.reason)), event.snapshot?.perSecond, offset)
    }
    case 'arrived': {
      const { publication, bytes, nowMs } = event
      const isFirst = transports.every((transport) => view.lanes[transport].newest < publication.offset)
      const next = withLane(arrivedIn(lane, publication, { startedAtMs: view.startedAtMs, nowMs, isFirst, bytes }))
      return withRate(next, publication.payload.perSecond, publication.offset)
    }
  }
}

function withRate(view: RaceView, perSecond: number | undefined, offset: number): RaceView {
  return perSecond === undefined || offset < view.rateOffset ? view : { ...view, perSecond, rateOffset: offset }
}

function lanesOf(make: (transport: Transport) => Lane): RaceView['lanes'] {
  return {
    websocket: make('websocket'),
    sse: make('sse'),
    'long-poll': make('long-poll'),
    poll: make('poll'),
  }
}
