import type { HandOver, Status } from '@baro/client'
import type { Snapshot } from '@baro/core'
import type { Language } from '../../i18n/languages.ts'
import { ConnectionLine } from './connection-line.tsx'
import { HandOverLine } from './hand-over-line.tsx'
import styles from './live.module.css'

/** What each live part of a page says of itself, small: its connection and its hand-over. */
export function Proof({
  language,
  initial,
  status,
  handOver,
}: {
  language: Language
  initial: Pick<Snapshot, 'position'>
  status: Status
  handOver: HandOver | undefined
}) {
  return (
    <div className={styles.proof}>
      <ConnectionLine language={language} status={status} />
      <HandOverLine language={language} rendered={initial.position} handOver={handOver} />
    </div>
  )
}
