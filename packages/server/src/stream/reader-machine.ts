/**
 * How a reader of one channel goes on from its position: it catches up from history, or is live (I2, I6, I7).
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
import type { AtPosition, Position } from '@baro/core/protocol'

/** What a reader is doing. */
export type ReaderState =
  /** It asked what follows its position. Exactly one answer is on the way. */
  | { readonly name: 'reading'; readonly position: Position | undefined }
  /** It gets every publication as it happens. */
  | { readonly name: 'live' }
  /** Its outbox is too full. It goes on from this position when the outbox has room. */
  | { readonly name: 'waiting'; readonly position: Position | undefined }
  | { readonly name: 'ended' }

/** What happens to a reader. */
export type ReaderEvent =
  /** An answer came, but the outbox is too full to take it. The reader will ask again. */
  | { readonly name: 'crowded' }
  /** The answer was handed to its outlet. The reader stands at `position` now. */
  | { readonly name: 'answered'; readonly position: Position; readonly atHead: boolean; readonly hasRoom: boolean }
  /** A batch came while the outbox was full. The reader has everything up to `position`. */
  | { readonly name: 'cut'; readonly position: Position }
  | { readonly name: 'drained' }
  /** The stream is in another life now. The reader has everything of the old one up to `position`. */
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

/** What a reader undoes when it ends. */
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
