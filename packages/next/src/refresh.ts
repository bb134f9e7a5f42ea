import type { Reference } from '@baro/core'
import type { RenderedAt } from '@baro/react'
import { createElement, type ReactElement } from 'react'
import { RouterRefresh } from './router-refresh.ts'
import { snapshot } from './snapshot.ts'

/** What `Refresh` takes. */
export interface RefreshProps {
  /** The channels that the part of the page shows: references, or the snapshots that it was rendered with. */
  readonly on: Reference | RenderedAt | readonly (Reference | RenderedAt)[]
}

/**
 * Has the server's parts of a page rendered again when their channels move, by `router.refresh`: scroll, input and the state of
 * the browser's parts stay. For what has no reducer. Many publications are one refresh, at most one each second.
 *
 * A server component. Give it the snapshot that the page shows, if there is one; of a reference it finds out where it stands.
 *
 * @throws {BaroError} As `snapshot`.
 *
 * @example
 * ```tsx
 * export default async function Page() {
 *   return (
 *     <>
 *       <Orders rows={await database.orders()} />
 *       <Refresh on={orders()} />
 *     </>
 *   )
 * }
 * ```
 */
export async function Refresh({ on }: RefreshProps): Promise<ReactElement> {
  const all: readonly (Reference | RenderedAt)[] = 'channel' in on ? [on] : on
  const shown = await Promise.all(
    all.map(async (one) => {
      const { channel, position, version } = 'position' in one ? one : await snapshot(one)
      return { channel, position, version }
    }),
  )
  return createElement(RouterRefresh, { on: shown })
}
