import type { Params } from '@baro/core'

/** Where a snapshot is taken. */
export interface SnapshotContext<P extends Params> {
  readonly channel: string
  /** The parameters read out of the name. */
  readonly params: P
}

/** Where the value of a snapshot comes from; registered once, so that the page and a later reset use the same. */
export interface SnapshotSource<P extends Params, State> {
  readonly kind: 'loaded'
  load(context: SnapshotContext<P>): State | Promise<State>
}

/**
 * A snapshot loaded by any function. The position is read first, so what is published while it loads comes again after
 * it: at least once, if the application commits before it publishes. Use a reducer that replaces by key.
 *
 * @example
 * ```ts
 * hub.on(orders, { access: 'public', snapshot: loaded(({ params }) => database.ordersOf(params.shop)) })
 * ```
 */
export function loaded<P extends Params, State>(
  load: (context: SnapshotContext<P>) => State | Promise<State>,
): SnapshotSource<P, State> {
  return { kind: 'loaded', load }
}
