'use client'

import { type AnyChannel, channel, type Snapshot } from '@baro/core'
import { compareAtTexts, parseAt } from '@baro/core/protocol'
import { useEffect, useRef } from 'react'
import { useClient } from './client-context.ts'
import { createRefresher, type Refresher } from './refresher.ts'

/** Where a part of a page was rendered: a snapshot, or what is left of one without its value. */
export type RenderedAt = Pick<Snapshot, 'channel' | 'position' | 'version'>

/** What `Refresh` takes. */
export interface RefreshProps {
  /** What the server's part shows. */
  readonly on: RenderedAt | readonly RenderedAt[]
  /**
   * Has the server render that part again, and ends when it is there: `router.refresh`, or a `fetch`. It keeps what the page
   * keeps.
   */
  readonly refresh: () => unknown
}

/**
 * Has a part that only the server can render rendered again when its channels move: what has no reducer in the browser.
 * Many publications are one refresh, at most one each second; while the server answers with a page that is no newer than the
 * one before, the next one waits longer. With Next.js take `Refresh` of `@baro/next/refresh`, which finds out where the page
 * stands.
 *
 * @example
 * ```tsx
 * <Refresh on={prices} refresh={() => location.reload()} />
 * ```
 */
export function Refresh({ on, refresh }: RefreshProps): null {
  const client = useClient()
  const shown: readonly RenderedAt[] = 'channel' in on ? [on] : on
  const latest = useRef({ shown, refresh })
  latest.current = { shown, refresh }
  const refresher = useRef<Refresher>(undefined)
  const names = shown.map(({ channel: name, version }) => `${name} ${version}`).join()

  // biome-ignore lint/correctness/useExhaustiveDependencies: other positions of the same channels are looked at, not subscribed to anew.
  useEffect(() => {
    if (!client) return
    const held = latest.current.shown.map((one) => client.subscribe(bare(one), { ...one, value: undefined } as never))
    // Not what `onChange` told: where another component keeps the channel live, an old page comes without a change.
    const isBehind = () =>
      latest.current.shown.some(({ position }, index) => isNewer(held[index]?.current.position, position))
    const running = createRefresher({
      shown: () => latest.current.shown,
      isBehind,
      // A queried position is another text with each render, whether that helped or not.
      isNewer: (page, than) =>
        page.some(({ position }, index) => parseAt(position) && isNewer(position, than[index]?.position)),
      refresh: async () => latest.current.refresh(),
    })
    for (const subscription of held) subscription.onChange(running.look)
    refresher.current = running
    return () => {
      running.stop()
      for (const subscription of held) subscription.close()
    }
  }, [client, names])

  // A page that has come is looked at, too: it may be as old as the one before.
  useEffect(() => refresher.current?.look())
  return null
}

/** Whether a channel has gone on from one position to the other; in another life of it, it has. */
function isNewer(now: string | undefined, before: string | undefined): boolean {
  if (now === undefined || now === before) return false
  const order = compareAtTexts(now, before)
  return order === undefined || order > 0
}

/** A definition for who only wants to know that a channel goes on. */
function bare({ version }: RenderedAt): AnyChannel {
  return Object.assign(() => {}, channel('baro-refresh'), { version }) as never
}
