'use client'

import { useEffect, useState } from 'react'
import { type Arrivals, arrivalsAfter, type Shown } from './arrival.ts'

// Outlives the component: a reader who leaves the page and comes back has still received what was received.
let remembered: Arrivals | undefined

/** How each of what is shown arrived, as it was when it arrived. */
export function useArrivals(shown: Shown): Arrivals {
  const [known, setKnown] = useState(() => remembered)
  const next = arrivalsAfter(known, shown)
  if (next !== known) setKnown(next)
  useEffect(() => {
    remembered = next
  }, [next])
  return next
}
