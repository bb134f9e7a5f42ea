'use client'

import { useEffect, useState } from 'react'
import { type Arrivals, arrivalsAfter, type Shown } from './arrival.ts'

// Outlives the components: a reader who leaves a page and comes back has still received what was received.
const remembered = new Map<string, Arrivals>()

/**
 * How each of what is shown arrived, as it was when it arrived.
 *
 * @param channel Under which name it is remembered when the page is left; without one it is not.
 */
export function useArrivals(channel: string | undefined, shown: Shown): Arrivals {
  const [known, setKnown] = useState(() => (channel === undefined ? undefined : remembered.get(channel)))
  const next = arrivalsAfter(known, shown)
  if (next !== known) setKnown(next)
  useEffect(() => {
    if (channel !== undefined) remembered.set(channel, next)
  }, [channel, next])
  return next
}
