import type { Clock } from '@baro/core/broker'

/** Loads the page again, past all caches, because the hub has another version of a channel. */
export type PageReload = (channel: string, version: string) => void

/**
 * Reloads a browser's page; elsewhere it does nothing. The first time at once, and then, in a tab and for each version of
 * a channel, no sooner than 30 seconds after the last time, then a minute, two, four: while nodes of two versions run side
 * by side, what is loaded may come from a node that is not replaced yet, and a cache that goes on serving the old page must
 * not make it reload for ever.
 */
export function browserReload(clock: Clock): PageReload {
  return (channel, version) => {
    if (!globalThis.document) return
    const key = `baro:outdated:${channel}:${version}`
    try {
      const [last = 0, waitMs = 0] = JSON.parse(sessionStorage[key] ?? '[]')
      if (Math.abs(clock.now() - last) < waitMs) return
      sessionStorage[key] = JSON.stringify([clock.now(), 2 * waitMs || 30_000])
    } catch {
      // Without a memory of having reloaded there is no end of it.
      return
    }
    // A plain reload may be answered by the same cache again; this asks past it, and what comes replaces what it kept.
    // Where no page comes now, as in the middle of a deploy, the one that is here is better than an error.
    fetch(location.href, { cache: 'reload' }).then(
      ({ status }) => status < 500 && location.reload(),
      () => {},
    )
  }
}
