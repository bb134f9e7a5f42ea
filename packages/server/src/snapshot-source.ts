import type { ChannelTypes, Params } from '@baro/core'

/** Where the value of a snapshot comes from; registered once, so that the page and a later reset use the same. */
export interface SnapshotSource<T extends ChannelTypes = ChannelTypes> {
  readonly kind: 'loaded'
  load(context: { readonly channel: string; readonly params: Params }): T['state'] | Promise<T['state']>
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
export function loaded<T extends ChannelTypes>(load: SnapshotSource<T>['load']): SnapshotSource<T> {
  return { kind: 'loaded', load }
}
