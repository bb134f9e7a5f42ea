/** What the surroundings tell a client. */
export interface WakeEvents {
  /** A good moment to come back at once: the network returned, or somebody looks at the page again. */
  woke(): void
  /** Nobody looks at the page any more: it goes on, without what other pages may need. */
  unseen(): void
  /** The page is put away; with an open socket a browser would not keep it for the back button. */
  hidden(): void
}

/** Tells when waiting has become pointless, and when to let go of the link. */
export interface Wake {
  /** Tells until the returned function is called. */
  listen(events: WakeEvents): () => void
}

/** The signs a browser gives; elsewhere there are none. */
export const browserWake: Wake = {
  listen({ woke, hidden, unseen }) {
    const { document } = globalThis
    const controller = new AbortController()
    const on = (target: EventTarget, type: string, tell: () => void) =>
      target.addEventListener(type, tell, { signal: controller.signal })
    if (document) {
      const look = () => (document.visibilityState === 'visible' ? woke() : unseen())
      on(globalThis, 'online', () => {
        woke()
        // A page that nobody looks at lets go again of what other pages may need.
        look()
      })
      on(globalThis, 'pagehide', hidden)
      on(globalThis, 'pageshow', woke)
      on(document, 'visibilitychange', look)
    }
    return () => controller.abort()
  },
}
