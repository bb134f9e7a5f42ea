/** What the surroundings tell a client. */
export interface WakeEvents {
  /** A good moment to come back at once: the network returned, or somebody looks at the page again. */
  woke(): void
  /** The network is gone: until `woke` nothing is tried any more, and the status says so. */
  offline(): void
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
  listen({ woke, offline, unseen, hidden }) {
    const { document, navigator } = globalThis
    const controller = new AbortController()
    const on = (target: EventTarget, type: string, tell: () => void) =>
      target.addEventListener(type, tell, { signal: controller.signal })
    const isSeen = () => document.visibilityState === 'visible'
    /** What a page may be in even though it is there. */
    const look = () => {
      if (!isSeen()) unseen()
      if (navigator.onLine === false) offline()
    }
    const wake = () => {
      woke()
      look()
    }
    if (document) {
      on(globalThis, 'online', wake)
      on(globalThis, 'offline', offline)
      on(globalThis, 'pagehide', hidden)
      on(globalThis, 'pageshow', wake)
      on(document, 'visibilitychange', () => (isSeen() ? wake() : look()))
      look()
    }
    return () => controller.abort()
  },
}
