'use client'

import { useEffect, useState } from 'react'
import type { Line, Point } from '../../channels/whiteboard.ts'

/** The pen of somebody else, and the line it draws at this moment. */
export interface Pen {
  readonly by: string
  readonly name?: string | undefined
  readonly at: Point
  readonly line?: Line | undefined
}

interface Moved {
  readonly payload: Omit<Pen, 'by'>
  readonly by?: string
}

const shownForMs = 4_000

/** The pens of the others, each until some seconds after it moved last. */
export function usePens(
  own: string | undefined,
  onSignal: (listener: (signal: Moved) => void) => () => void,
): readonly Pen[] {
  const [pens, setPens] = useState<readonly Pen[]>([])
  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>()
    const without = (by: string) => setPens((shown) => shown.filter((pen) => pen.by !== by))
    const stop = onSignal(({ payload, by = '' }) => {
      if (by === own) return
      clearTimeout(timers.get(by))
      timers.set(
        by,
        setTimeout(() => without(by), shownForMs),
      )
      setPens((shown) => [...shown.filter((pen) => pen.by !== by), { ...payload, by }])
    })
    return () => {
      stop()
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }, [own, onSignal])
  return pens
}
