/**
 * A reader of one channel: catch-up and live are one thing, a reader at a position (I2, I6, I7).
 *
 *              answered, behind, room
 *                 ┌─────────┐
 *                 ▼         │
 *     start ──▶ reading ────┴─ answered, at the head ──▶ live
 *                ▲  │ ▲                                  │  │
 *        drained │  │ └────────────── stale ─────────────┘  │ cut
 *                │  ▼ crowded; answered, behind, no room    │
 *               waiting ◀───────────────────────────────────┘       end, from anywhere ──▶ ended
 */
import type { AtPosition, Position } from '@baro/core'

/** What a reader is doing. */
export type ReaderState =
  /** It asked what follows its position, and one answer is on the way. */
  | { readonly name: 'reading'; readonly position: Position | undefined }
  /** It gets every publication as it happens. */
  | { readonly name: 'live' }
  /** Its socket is too full; it goes on from here when that has drained. */
  | { readonly name: 'waiting'; readonly position: Position | undefined }
  | { readonly name: 'ended' }

/** What happens to a reader. */
export type ReaderEvent =
  /** An answer came, but the socket is too full to take it: it will be asked for again. */
  | { readonly name: 'crowded' }
  /** What it asked for was handed to its socket, up to `position`. */
  | { readonly name: 'answered'; readonly position: AtPosition; readonly atHead: boolean; readonly hasRoom: boolean }
  /** A publication came while its socket was full; it has everything up to `position`. */
  | { readonly name: 'cut'; readonly position: Position }
  | { readonly name: 'drained' }
  /** The stream it followed live is no longer the one it read; it has everything up to `position`. */
  | { readonly name: 'stale'; readonly position: AtPosition }
  | { readonly name: 'end' }

/** What the transition asks for. */
export type ReaderAction = 'read' | 'wait' | 'stop-waiting' | 'join' | 'leave'

/** The next state, and what to do. */
export interface ReaderStep {
  readonly state: ReaderState
  readonly actions: readonly ReaderAction[]
}

/** Decides what a reader does next; total, so an event that does not fit changes nothing. */
export function readerTransition(state: ReaderState, event: ReaderEvent): ReaderStep {
  switch (event.name) {
    case 'crowded':
      return state.name === 'reading' ? waiting(state.position) : { state, actions: [] }
    case 'answered':
      if (state.name !== 'reading') return { state, actions: [] }
      if (event.atHead) return { state: { name: 'live' }, actions: ['join'] }
      return event.hasRoom ? reading(event.position) : waiting(event.position)
    case 'cut':
      return state.name === 'live' ? waiting(event.position, ['leave']) : { state, actions: [] }
    case 'stale':
      return state.name === 'live' ? reading(event.position, ['leave']) : { state, actions: [] }
    case 'drained':
      return state.name === 'waiting' ? reading(state.position) : { state, actions: [] }
    case 'end':
      return { state: { name: 'ended' }, actions: partings[state.name] }
  }
}

/** What a reader that ends has to let go of. */
const partings: Readonly<Record<ReaderState['name'], readonly ReaderAction[]>> = {
  reading: [],
  live: ['leave'],
  waiting: ['stop-waiting'],
  ended: [],
}

function reading(position: Position | undefined, first: readonly ReaderAction[] = []): ReaderStep {
  return { state: { name: 'reading', position }, actions: [...first, 'read'] }
}

function waiting(position: Position | undefined, first: readonly ReaderAction[] = []): ReaderStep {
  return { state: { name: 'waiting', position }, actions: [...first, 'wait'] }
}
