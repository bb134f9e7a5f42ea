'use client'

import { useEffect, useState } from 'react'

/** Counts whole seconds down from a wait in milliseconds, anew whenever the wait changes; `undefined` without one. */
export function useCountdown(waitMs: number | undefined): number | undefined {
  const [left, setLeft] = useState<number>()
  useEffect(() => {
    if (waitMs === undefined) return
    const until = performance.now() + waitMs
    const tick = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1_000)))
    tick()
    const timer = setInterval(tick, 250)
    return () => {
      clearInterval(timer)
      setLeft(undefined)
    }
  }, [waitMs])
  return left
}
