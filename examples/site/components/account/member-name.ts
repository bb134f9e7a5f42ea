'use client'

import { useSyncExternalStore } from 'react'
import { nameCookie } from './name-cookie.ts'

// Tabs share the cookies, and are not told when one of them changes.
const tabs = 'BroadcastChannel' in globalThis && 'window' in globalThis ? new BroadcastChannel('account') : undefined
const changed = new EventTarget()
tabs?.addEventListener('message', () => changed.dispatchEvent(new Event('change')))

/** Under which name this browser is signed in, or `null`. A cookie says it, which proves nothing: the hub wants a token. */
export function memberName(): string | null {
  const found = new RegExp(`(?:^|; )${nameCookie}=([^;]+)`).exec(document.cookie)?.[1]
  if (found === undefined) return null
  try {
    return decodeURIComponent(found)
  } catch {
    return null
  }
}

/** Says to all tabs of this browser that somebody has signed in or out. */
export function accountChanged(): void {
  changed.dispatchEvent(new Event('change'))
  tabs?.postMessage('changed')
}

/** The name as it changes; `undefined` until hydration is over, since pages are the same for everybody. */
export function useMemberName(): string | null | undefined {
  return useSyncExternalStore(subscribe, memberName, () => undefined)
}

function subscribe(listener: () => void): () => void {
  // A page that the back button brings may be older than the cookie.
  for (const [target, type] of moments) target.addEventListener(type, listener)
  return () => {
    for (const [target, type] of moments) target.removeEventListener(type, listener)
  }
}

const moments: readonly (readonly [EventTarget, string])[] = [
  [changed, 'change'],
  // A window, where anybody listens; a server that renders has none, and only loads this.
  [globalThis as unknown as EventTarget, 'pageshow'],
]
