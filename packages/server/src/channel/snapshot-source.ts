import type { Params } from '@baro/core'
import type { QueriedSnapshot } from '@baro/core/broker'

/** The channel whose snapshot is taken. */
export interface SnapshotContext<P extends Params> {
  readonly channel: string
  /** The parameters read out of the name. */
  readonly params: P
}

/** Where the value of a snapshot comes from. It is registered once, so that a page and a later reset use the same. */
export type SnapshotSource<P extends Params, State> = LoadedSnapshot<P, State> | QueriedSnapshot

/** A value that any function loads. */
export interface LoadedSnapshot<P extends Params, State> {
  readonly kind: 'loaded'
  load(context: SnapshotContext<P>): State | Promise<State>
}

/**
 * A snapshot whose value any function loads. The position is read before the value, so what is published while it loads
 * comes after the snapshot again: at least once, if the application commits before it publishes. Use a reducer that
 * replaces by key.
 *
 * @example
 * ```ts
 * hub.on(orders, { access: 'public', snapshot: loaded(({ params }) => database.ordersOf(params.shop)) })
 * ```
 */
export function loaded<P extends Params, State>(
  load: (context: SnapshotContext<P>) => State | Promise<State>,
): LoadedSnapshot<P, State> {
  return { kind: 'loaded', load }
}
