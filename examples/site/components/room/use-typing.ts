'use client'

import { useEffect, useState } from 'react'
import type { Speaker } from './speaker.ts'

const showForMs = 4_000

/** Those who are typing, until some seconds after they last said so; nobody is told of oneself. */
export function useTyping(
  own: string | undefined,
  onSignal: (
    listener: (signal: { type: 'typing'; payload: { name?: string | undefined }; by?: string }) => void,
  ) => () => void,
): readonly Speaker[] {
  const [speakers, setSpeakers] = useState<readonly Speaker[]>([])
  useEffect(() => {
    const typing = new Map<string, { readonly speaker: Speaker; readonly timer: ReturnType<typeof setTimeout> }>()
    const show = () => setSpeakers([...typing.values()].map(({ speaker }) => speaker))
    const unsubscribe = onSignal(({ payload: { name }, by }) => {
      if (by !== undefined && by === own) return
      const key = `${by} ${name}`
      clearTimeout(typing.get(key)?.timer)
      const stop = () => {
        typing.delete(key)
        show()
      }
      typing.set(key, { speaker: { name, by }, timer: setTimeout(stop, showForMs) })
      show()
    })
    return () => {
      unsubscribe()
      for (const { timer } of typing.values()) clearTimeout(timer)
    }
  }, [own, onSignal])
  return speakers
}
