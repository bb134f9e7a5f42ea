import type { RenderedPage } from '@baro/next'

/** A cached page: how long it lives, and the channels whose snapshots are in it. */
export interface CachedPage {
  readonly path: string
  readonly lifeSeconds: number
  readonly channels: readonly string[]
}

/** What the headers and the HTML of a page say of it. */
export function cachedPage({ path, cacheControl, html }: RenderedPage): CachedPage {
  const found = [...html.matchAll(/\\?"channel\\?":\\?"([^"\\]+)/g)].flatMap(([, name]) => name ?? [])
  return {
    path,
    lifeSeconds: Number(/s-maxage=(\d+)/.exec(cacheControl ?? '')?.[1] ?? 0),
    channels: [...new Set(found)],
  }
}

/**
 * Says which pages live longer than a channel keeps history: their readers get a fresh snapshot where they could have
 * gone on.
 *
 * @param keptSeconds How long a publication is kept, by channel, where that is known.
 */
export function shortHistories(
  pages: readonly CachedPage[],
  keptSeconds: ReadonlyMap<string, number>,
): readonly string[] {
  return pages.flatMap(({ path, lifeSeconds, channels }) =>
    channels.flatMap((channel) => {
      const kept = keptSeconds.get(channel)
      if (kept === undefined || kept >= lifeSeconds) return []
      return `"${channel}" keeps ${kept} s of history, and ${path} is cached for ${lifeSeconds} s: older pages are reset. Keep more, or lower "revalidate".`
    }),
  )
}
