'use client'

import { useEffect, useState } from 'react'
import { useWords } from '../words/words-provider.tsx'
import styles from './account.module.css'
import { useGivenToken } from './token.ts'

/** Which token the hub has now, and how long it counts: nothing else of a refresh is to be seen. */
export function TokenLine() {
  const { account } = useWords('account')
  const token = useGivenToken()
  const [nowMs, setNowMs] = useState<number>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new token begins a new second.
  useEffect(() => {
    const tick = () => setNowMs(performance.now())
    tick()
    const timer = setInterval(tick, 1_000)
    return () => clearInterval(timer)
  }, [token])
  const seconds = token && nowMs !== undefined ? Math.max(0, Math.floor((token.untilMs - nowMs) / 1_000)) : undefined
  return (
    <p className={styles.token} data-token={token?.count}>
      {token && seconds !== undefined ? account.token(token.count, clock(seconds)) : account.noToken}
    </p>
  )
}

/** `4:05`. */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
