'use client'

import { type RefObject, useEffect, useState } from 'react'

/** Where somebody else writes. */
export interface Caret {
  readonly by: string
  readonly name?: string | undefined
  readonly at: number
}

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
    const tell = () => {
      const field = area.current
      if (!field) return
      // Also while it moves because somebody else writes.
      const at = document.activeElement === field ? field.selectionEnd : null
      if (at === told) return
      told = at
      signal('caret', { at })
    }
    const timer = setInterval(tell, 200)
    return () => clearInterval(timer)
  }, [area, signal])
  return [...carets.values()]
}
