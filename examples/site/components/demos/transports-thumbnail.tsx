'use client'

import { useConnection } from '@baro/react'
import styles from './demos.module.css'

const rungs = ['websocket', 'sse', 'long-poll', 'poll'] as const

/** The transport that this page goes on by. */
export function TransportsThumbnail() {
  const { rung } = useConnection().status
  return (
    <ol className={styles.rungs}>
      {rungs.map((one) => (
        <li key={one} data-on={one === rung}>
          {one}
        </li>
      ))}
    </ol>
  )
}
