import type { AnyChannel, ChannelTypes, Reference, Snapshot, TypesOf } from '@baro/core'
import { idleStatus, type Status } from '../connection/status.ts'
import type { HandOver } from './hand-over.ts'
import { createStore } from './store.ts'

/** What a channel shows at one moment. Immutable: a change makes a new one. */
export interface ChannelView<T extends ChannelTypes = ChannelTypes> {
  /** The confirmed state with the unconfirmed publishes folded on top. */
  readonly state: T['state']
  readonly status: Status
  /** How the page became live; `undefined` until the hub answered. */
  readonly handOver: HandOver | undefined
  /** Where the confirmed state was read; `undefined` if nowhere a hub would know. */
  readonly position: string | undefined
  /** The ids of the publishes that are shown and not confirmed, in order. */
  readonly pending: readonly string[]
}

/** What a page shows by itself, before there is any client: on a server, and while a browser takes the page over. */
export function pageView<C extends AnyChannel>(
  definition: C,
  reference: Reference<TypesOf<C>> | Snapshot<TypesOf<C>>,
): ChannelView<TypesOf<C>> {
  const { state, position } = createStore(definition, reference)
  return { state, status: idleStatus, handOver: undefined, position, pending: [] }
}

/** Whether two views show the same. */
export function isSameView(a: ChannelView, b: ChannelView): boolean {
  return (Object.keys(a) as (keyof ChannelView)[]).every((key) => a[key] === b[key])
}
