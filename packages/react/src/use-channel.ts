'use client'

import { type ChannelView, pageView } from '@baro/client'
import { type AnyChannel, isSnapshot, type Reference, type Snapshot, type TypesOf } from '@baro/core'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { type ChannelActions, createChannelHolder } from './channel-holder.ts'
import { useClient } from './client-context.ts'

/** What `useChannel` gives: what the channel shows, and what one can do with it. */
export type LiveChannel<C extends AnyChannel> = ChannelView<TypesOf<C>> & ChannelActions<C>

/**
 * Follows a channel from where the page stands.
 *
 * While React takes the page over it shows exactly what the server rendered; then whatever followed. A snapshot that
 * comes with a later navigation moves the state forward, never back (I3).
 *
 * @param reference What `definition(params)` or the server's `snapshot` gave.
 *
 * @example
 * ```tsx
 * const { state, publish, status } = useChannel(room, initial)
 * ```
 */
export function useChannel<C extends AnyChannel>(
  definition: C,
  reference: Reference<TypesOf<C>> | Snapshot<TypesOf<C>>,
): LiveChannel<C> {
  const client = useClient()
  const { channel } = reference
  const position = isSnapshot(reference) ? reference.position : undefined

  // A reference is a new object at every render: its name and position say whether it is another one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  const page = useMemo(() => pageView(definition, reference), [channel, position])
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above; what a newer one brings is offered below.
  const holder = useMemo(() => createChannelHolder(client, definition, reference), [client, channel])
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  useEffect(() => holder.offer(reference), [holder, position])

  const view = useSyncExternalStore(
    holder.subscribe,
    () => holder.view ?? client?.peek(definition, reference) ?? page,
    () => page,
  )
  return useMemo(() => ({ ...view, ...holder.actions }), [view, holder])
}
