'use client'

import { type ChannelView, pageView } from '@baro/client'
import type { AnyChannel, ChannelTypes, TypesOf } from '@baro/core'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { type ChannelActions, createChannelHandle, type ReferenceOf } from './channel-handle.ts'
import { useClient } from './client-context.ts'
import { livePage } from './live-page.ts'

/** A live channel in a component: what it shows, and what can be done with it. */
export type LiveChannel<T extends ChannelTypes> = ChannelView<T> & ChannelActions<T>

/**
 * Shows a channel and keeps it live: first what the page was rendered with, then what follows, with nothing missed in
 * between. Components that use the same channel share one subscription, and all of them one connection.
 *
 * While a browser takes over the server's HTML it shows exactly what the page shows, however far the store is. A newer
 * snapshot in the props moves the state forward; an older one (back button, router cache) changes nothing.
 *
 * @param reference What the server's `snapshot` gave, or, with nothing to start from, `definition(params)`.
 *
 * @example
 * ```tsx
 * const { state, publish, status } = useChannel(room, initial)
 * ```
 */
export function useChannel<C extends AnyChannel>(definition: C, reference: ReferenceOf<C>): LiveChannel<TypesOf<C>> {
  const client = useClient()
  const page = livePage(reference)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page's snapshot of the same channel is offered, not subscribed to anew.
  const handle = useMemo(() => createChannelHandle(client, definition, page), [client, definition, page.channel])
  const rendered = useMemo(() => pageView(definition, page), [definition, page])

  // Before the subscription, whose effect is the next one: it starts from the newest page.
  useEffect(() => handle.offer(page), [handle, page])
  const view = useSyncExternalStore(
    handle.mount,
    () => handle.current(page) ?? rendered,
    () => rendered,
  )
  return useMemo(() => ({ ...view, ...handle.actions }), [view, handle])
}
