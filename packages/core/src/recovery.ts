/**
 * Where "recovered or reset" is decided: a reader gets what follows its position, or an honest reset. Nothing is
 * skipped in silence (I2), and a position of another life of the stream is never taken for one of this life (I4).
 *
 *   position ──▶ guards, in order ──▶ every guard passes ──▶ recovered: publications after it
 *                     │
 *                     └─ the first that objects ──▶ reset, with its reason
 */
import { type AtPosition, type Place, type Position, positionAt } from './position.ts'
import type { Publication } from './publication.ts'

/** A consistent view of a stream, with some of its publications. */
export interface StreamView {
  readonly epoch: string
  /** Where the stream ends. */
  readonly head: Place
  /** Everything after this offset is still kept. */
  readonly floor: number
  /**
   * The place right before the publications. For a read `after` an offset, it is that offset, with the check of what
   * stands there. Absent if the check is not known: below the floor, and beyond the head.
   */
  readonly from?: Place
  /** All publications between {@link from} and {@link upTo}, in order. The next read may bring more. */
  readonly publications: readonly Publication[]
  /** How far the read came. A reader stands here afterwards: the last publication may be far before it. */
  readonly upTo: Place
}

/** Why a reader gets a fresh snapshot instead of what follows its position. */
export type ResetReason =
  /** It has no position: a first visit, or a page built where there was no hub. */
  | 'none'
  /** Its position is a database snapshot, and the stream cannot continue from that one. */
  | 'queried'
  /** Its position is of another life of the stream: the broker restarted, or the channel was dropped. */
  | 'epoch'
  /** Its position is beyond the head: the stream lost its newest publications. */
  | 'beyond-head'
  /** What follows its position is no longer kept. */
  | 'trimmed'
  /** Another publication stands at its offset: history was rewritten under the same epoch. */
  | 'rewritten'
  /** The access rule does not let it have what was published before it came. */
  | 'refused'

/** What a reader at a position gets. */
export type Recovery =
  | {
      readonly outcome: 'recovered'
      readonly from: AtPosition
      readonly to: AtPosition
      readonly publications: readonly Publication[]
    }
  | { readonly outcome: 'reset'; readonly reason: ResetReason }

/** Decides whether a reader must not continue from a position. */
export interface RecoveryGuard {
  readonly reason: ResetReason
  objects(position: AtPosition, view: StreamView): boolean
}

/**
 * The guards, in the order in which they are asked. They are a list, so that the simulation can take out one at a time
 * and show that each is needed.
 */
export const recoveryGuards: readonly RecoveryGuard[] = [
  { reason: 'epoch', objects: (position, view) => position.epoch !== view.epoch },
  { reason: 'beyond-head', objects: (position, view) => position.offset > view.head.offset },
  { reason: 'trimmed', objects: (position, view) => position.offset < view.floor },
  {
    reason: 'rewritten',
    objects: (position, view) => view.from !== undefined && position.check !== view.from.check,
  },
]

/** Decides between recovered and reset for a reader at `position`, given the view read after its offset. */
export type Recover = (position: Position | undefined, view: StreamView) => Recovery

/** Makes a {@link Recover} from a list of guards. */
export function createRecover(guards: readonly RecoveryGuard[]): Recover {
  return (position, view) => {
    if (position === undefined || position.kind === 'none') return { outcome: 'reset', reason: 'none' }
    if (position.kind === 'queried') return { outcome: 'reset', reason: 'queried' }
    const objection = guards.find((guard) => guard.objects(position, view))
    if (objection) return { outcome: 'reset', reason: objection.reason }
    const { epoch, upTo, publications } = view
    return { outcome: 'recovered', from: position, to: positionAt(epoch, upTo), publications }
  }
}

/** The decision every hub makes, on every transport (I6). */
export const recover: Recover = createRecover(recoveryGuards)
