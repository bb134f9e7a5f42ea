'use client'

import { useEffect, useRef } from 'react'
import { useMemberName } from './member-name.ts'

/** Calls back when somebody has signed in or out, in whatever tab. */
export function useAccountChange(changed: () => void): void {
  const name = useMemberName()
  const known = useRef(name)
  useEffect(() => {
    const before = known.current
    known.current = name
    if (before !== undefined && before !== name) changed()
  }, [name, changed])
}
