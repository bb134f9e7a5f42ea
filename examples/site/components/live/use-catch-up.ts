'use client'

import type { HandOver, Status } from '@baro/client'
import { useEffect, useRef, useState } from 'react'

/** What is known of the newest hand-over besides its positions. */
export interface CatchUp {
  /** How old the page was, in seconds; `undefined` after the first hand-over of a page. */
  readonly ageSeconds: number | undefined
  /** From when it began to connect until it had what it missed, in milliseconds. */
  readonly tookMs: number
}

/** How old a page was when it went on, and how long it took. */
export function useCatchUp({ state }: Status, handOver: HandOver | undefined): CatchUp | undefined {
  const began = useRef<number>(undefined)
  const isFirst = useRef(true)
  const [catchUp, setCatchUp] = useState<CatchUp>()
  // Other fields of the same hand-over change with what follows.
  const which = handOver && `${handOver.outcome} ${handOver.resumedAt} ${handOver.recovered}`
  useEffect(() => {
    if (state === 'connecting' || began.current === undefined) began.current = performance.now()
  }, [state])
  useEffect(() => {
    if (which === undefined) return
    const renderedAt = Number(document.querySelector<HTMLElement>('[data-rendered-at]')?.dataset.renderedAt)
    setCatchUp({
      ageSeconds: isFirst.current && renderedAt > 0 ? Math.max(0, (Date.now() - renderedAt) / 1_000) : undefined,
      tookMs: Math.max(1, performance.now() - (began.current ?? 0)),
    })
    isFirst.current = false
  }, [which])
  return catchUp
}
