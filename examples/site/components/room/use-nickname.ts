'use client'

import { useSyncExternalStore } from 'react'

const key = 'nickname'
const changed = new EventTarget()

/** The name one writes under, kept in this browser. The server does not know it: it is empty until hydration is over. */
export function useNickname(): readonly [string, (nickname: string) => void] {
  return [useSyncExternalStore(subscribe, read, () => ''), write]
}

function read(): string {
  return localStorage.getItem(key) ?? ''
}

function write(nickname: string): void {
  localStorage.setItem(key, nickname)
  changed.dispatchEvent(new Event('change'))
}

// `storage` tells of other tabs only, `changed` of this one.
function subscribe(listener: () => void): () => void {
  addEventListener('storage', listener)
  changed.addEventListener('change', listener)
  return () => {
    removeEventListener('storage', listener)
    changed.removeEventListener('change', listener)
  }
}
