'use client'

import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Draft } from '../../channels/write.ts'
import { type Binding, bindTextArea } from './bind-text-area.ts'

/** Keeps a text field and a shared text the same; returns why something that was typed here was taken back. */
export function useSharedText(
  area: RefObject<HTMLTextAreaElement | null>,
  state: Draft,
  publish: (type: 'update', payload: { readonly update: Uint8Array<ArrayBuffer> }) => Promise<unknown>,
): { readonly isBound: boolean; readonly problem: string } {
  const binding = useRef<Binding>(undefined)
  const newest = useRef(state)
  newest.current = state
  /** A document that the server did not follow is given up, with all that is in it alone. */
  const [life, setLife] = useState(0)
  const [problem, setProblem] = useState('')
  const [isBound, setIsBound] = useState(false)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another life is another document.
  useEffect(() => {
    if (!area.current) return undefined
    const bound = bindTextArea(
      area.current,
      (update) => publish('update', { update }),
      (error) => {
        setProblem(error instanceof Error ? error.message : String(error))
        setLife((before) => before + 1)
      },
    )
    binding.current = bound
    bound.receive(newest.current)
    setIsBound(true)
    return () => bound.unbind()
  }, [area, publish, life])
  useEffect(() => binding.current?.receive(state), [state])
  return { isBound, problem }
}
