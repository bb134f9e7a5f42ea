'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { pulse } from '../../channels/pulse.ts'
import { useHeld } from '../live/pause.tsx'
import styles from './demos.module.css'

/** The last minute of the processor, a bar for each second. */
export function MachineThumbnail({ initial }: { initial: SnapshotOf<typeof pulse> }) {
  const beats = useHeld(useChannel(pulse, initial).state)
  return (
    <svg className={styles.picture} viewBox="0 0 60 100" preserveAspectRatio="none">
      <title>CPU</title>
      {beats.map(({ offset, busy }, index) => (
        <rect key={offset} x={60 - beats.length + index} width={0.7} y={96 - busy * 92} height={4 + busy * 92} />
      ))}
    </svg>
  )
}
