'use client'

import { useEffect, useState } from 'react'

const showForMs = 4_000

/** The names of those who are typing, until some seconds after they last said so. */
export function useTyping(
  onSignal: (listener: (signal: { type: 'typing'; payload: { name: string } }) => void) => () => void,
): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([])
  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>()
    const stop = (name: string) => {
      timers.delete(name)
      setNames([...timers.keys()])
    }
    const unsubscribe = onSignal(({ payload: { name } }) => {
      clearTimeout(timers.get(name))
      timers.set(
        name,
        setTimeout(() => stop(name), showForMs),
      )
      setNames([...timers.keys()])
    })
    return () => {
      unsubscribe()
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }, [onSignal])
  return names
}
