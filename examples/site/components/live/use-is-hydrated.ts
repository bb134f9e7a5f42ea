'use client'

import { useSyncExternalStore } from 'react'

/** Whether the page answers to its visitor yet; never without JavaScript. */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  )
}

const neverChanges = () => () => {}
