'use client'

import type { HandOver, Status } from '@baro/client'
import type { Snapshot } from '@baro/core'
import type { Words } from '../../i18n/words.ts'
import { useWords } from '../words/words-provider.tsx'
import { ConnectionLine } from './connection-line.tsx'
import { HandOverLine } from './hand-over-line.tsx'
import styles from './live.module.css'
import { type CatchUp, useCatchUp } from './use-catch-up.ts'

/** What each live part of a page says of itself, small: its connection, and in words what became of its hand-over. */
export function Proof({
  initial,
  status,
  handOver,
}: {
  initial: Pick<Snapshot, 'position'>
  status: Status
  handOver: HandOver | undefined
}) {
  const { live } = useWords('live')
  const catchUp = useCatchUp(status, handOver)
  return (
    <div className={styles.proof}>
      <ConnectionLine status={status} />
      <details className={styles.handOver} data-hand-over={handOver?.outcome ?? 'waiting'}>
        <summary>{inWords(live, handOver, catchUp)}</summary>
        <HandOverLine rendered={initial.position} handOver={handOver} />
      </details>
    </div>
  )
}

function inWords(live: Words['live'], handOver: HandOver | undefined, catchUp: CatchUp | undefined): string {
  if (!handOver || !catchUp) return live.notYet
  const { outcome, recovered, missing } = handOver
  const { ageSeconds, tookMs } = catchUp
  const took = Math.round(tookMs)
  return [
    ageSeconds === undefined ? live.wasAway : live.pageAge(...ageOf(Math.round(ageSeconds))),
    outcome === 'reset' ? live.gotState(took) : live.caughtUp(recovered, took),
    // After a reset nobody knows what was between.
    missing > 0 ? live.lostSome(missing) : outcome === 'recovered' && live.nothingLost,
  ]
    .filter(Boolean)
    .join(' ')
}

function ageOf(seconds: number): Parameters<Words['live']['pageAge']> {
  if (seconds < 100) return ['seconds', seconds]
  return seconds < 6_000 ? ['minutes', Math.round(seconds / 60)] : ['hours', Math.round(seconds / 3_600)]
}
