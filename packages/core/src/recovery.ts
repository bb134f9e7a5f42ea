/**
 * Where "recovered or reset" is decided: what follows a position comes, or an honest reset. Nothing is skipped in
 * silence (I2), and a position of another life is never taken for one of this (I4).
 *
 *   position ──▶ guards, in order ──▶ every guard passes ──▶ recovered: publications after it
 *                     │
 *                     └─ the first that objects ──▶ reset, with its reason
 */
import type { AtPosition, Position } from './position.ts'
import type { Publication } from './publication.ts'

/** A consistent view of a stream, read after some offset. */
export interface StreamView {
  readonly epoch: string
  /** Offset and check of the newest publication; 0 and empty if there was none. */
  readonly head: { readonly offset: number; readonly check: string }
  /** Everything after this offset is still kept. */
  readonly floor: number
  /** The check of the publication at the offset that was asked for; known from the floor to the head, both included. */
  readonly checkThere?: string
  /** What follows the offset that was asked for, in order; a longer tail may be left for the next read. */
  readonly publications: readonly Publication[]
}

/** Why a reader gets a fresh snapshot instead of what follows its position. */
export type ResetReason =
  /** It has no position: a first visit, or a page built where there was no hub. */
  | 'none'
  /** Its position is a database snapshot, and this channel has no feed that could continue from one. */
  | 'queried'
  /** Another life of the stream: the broker restarted, or the channel was dropped. */
  | 'epoch'
  /** Beyond the head: the stream lost its newest publications. */
  | 'beyond-head'
  /** What follows it is no longer kept. */
  | 'trimmed'
  /** The publication there is another one: history was rewritten under the same epoch. */
  | 'rewritten'

/** What a reader at a position gets. */
export type Recovery =
  | { readonly outcome: 'recovered'; readonly from: AtPosition; readonly publications: readonly Publication[] }
  | { readonly outcome: 'reset'; readonly reason: ResetReason }

/** Objects to continuing from a position, or passes it on by returning nothing. */
export interface RecoveryGuard {
  readonly reason: ResetReason
  objects(position: AtPosition, view: StreamView): boolean
}

/**
 * The guards, in the order they are asked. They are a list so that the simulation can take out one at a time and show
 * that it is needed.
 */
export const recoveryGuards: readonly RecoveryGuard[] = [
  { reason: 'epoch', objects: (position, view) => position.epoch !== view.epoch },
  { reason: 'beyond-head', objects: (position, view) => position.offset > view.head.offset },
  { reason: 'trimmed', objects: (position, view) => position.offset < view.floor },
  {
    reason: 'rewritten',
    objects: (position, view) => view.checkThere !== undefined && position.check !== view.checkThere,
  },
]

/** Decides between recovered and reset for a reader at `position`, given the view read after its offset. */
export type Recover = (position: Position | undefined, view: StreamView) => Recovery

/** Makes the decision from a list of guards. */
export function createRecover(guards: readonly RecoveryGuard[]): Recover {
  return (position, view) => {
    if (position === undefined || position.kind === 'none') return { outcome: 'reset', reason: 'none' }
    if (position.kind === 'queried') return { outcome: 'reset', reason: 'queried' }
    const objection = guards.find((guard) => guard.objects(position, view))
    if (objection) return { outcome: 'reset', reason: objection.reason }
    return { outcome: 'recovered', from: position, publications: view.publications }
  }
}

/** The decision every hub makes, on every transport (I6). */
export const recover: Recover = createRecover(recoveryGuards)
