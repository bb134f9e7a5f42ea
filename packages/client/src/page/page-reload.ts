/** Loads the page again, past all caches, because the hub has another version of a channel. */
export type PageReload = (channel: string, version: string) => void

/**
 * Reloads a browser's page, once in a tab for each version of a channel: a cache that goes on serving the old page must
 * not make it reload for ever. Elsewhere it does nothing.
 */
export const browserReload: PageReload = (channel, version) => {
  if (!globalThis.document) return
  const key = `baro:outdated:${channel}:${version}`
  try {
    if (sessionStorage[key]) return
    sessionStorage[key] = '1'
  } catch {
    // Without a memory of having reloaded there is no once.
    return
  }
  // A plain reload may be answered by the same cache again; this asks past it, and what comes replaces what it kept.
  fetch(location.href, { cache: 'reload' }).finally(() => location.reload())
}
