'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { boardHeight, boardWidth, whiteboard } from '../../channels/whiteboard.ts'
import { Strokes } from '../whiteboard/strokes.tsx'
import styles from './demos.module.css'

/** What is on the board. */
export function BoardThumbnail({ initial }: { initial: SnapshotOf<typeof whiteboard> }) {
  const { state } = useChannel(whiteboard, initial)
  return (
    <svg className={styles.picture} viewBox={`0 0 ${boardWidth} ${boardHeight}`} aria-hidden="true">
      <Strokes strokes={state} />
    </svg>
  )
}
