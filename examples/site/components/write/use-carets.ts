'use client'

import { type RefObject, useEffect, useState } from 'react'

/** Where somebody else writes. */
export interface Caret {
  readonly by: string
  readonly name?: string | undefined
  readonly at: number
}

const tickMs = 200
const repeatedAfterTicks = 15

interface CaretSignal {
  readonly type: 'caret'
  readonly payload: { readonly at: number | null; readonly name?: string | undefined }
  readonly by?: string
}

/** Shows others where one writes, and tells where they do. */
export function useCarets(
  area: RefObject<HTMLTextAreaElement | null>,
  own: string | undefined,
  signal: (type: 'caret', payload: { readonly at: number | null }) => void,
  onSignal: (listener: (signal: CaretSignal) => void) => () => void,
): readonly Caret[] {
  const [carets, setCarets] = useState<ReadonlyMap<string, Caret>>(new Map())
  useEffect(
    () =>
      onSignal(({ payload: { at, name }, by }) => {
        if (by === undefined || by === own) return
        setCarets((before) => {
          const after = new Map(before)
          if (at === null) after.delete(by)
          else after.set(by, { by, name, at })
          return after
        })
      }),
    [own, onSignal],
  )
  useEffect(() => {
    let told: number | null = null
    let ticks = 0
    const tell = () => {
      ticks++
      const field = area.current
      if (!field) return
      // Also while it moves because somebody else writes.
      const at = document.activeElement === field ? field.selectionEnd : null
      // Signals may be lost, and who comes later has heard none.
      if (at === told && (at === null || ticks % repeatedAfterTicks !== 0)) return
      told = at
      signal('caret', { at })
    }
    const timer = setInterval(tell, tickMs)
    return () => clearInterval(timer)
  }, [area, signal])
  return [...carets.values()]
}
