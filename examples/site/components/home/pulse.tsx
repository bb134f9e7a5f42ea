'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { pulse } from '../../channels/pulse.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { Proof } from '../live/proof.tsx'
import { type Arrival, arrivalOf } from './arrival.ts'
import styles from './home.module.css'

const seconds = 60

/** One minute of this machine. The colour of a second is how it reached the browser. */
export function Pulse({ language, initial }: { language: Language; initial: SnapshotOf<typeof pulse> }) {
  const { home } = wordsIn(language)
  const { state: beats, status, handOver } = useChannel(pulse, initial)
  const bars = beats.map((beat) => ({ ...beat, arrival: arrivalOf(beat.offset, handOver) }))
  const busy = `${Math.round((beats.at(-1)?.busy ?? 0) * 100)} %`
  const legend: readonly (readonly [Arrival, string])[] = [
    ['page', home.inPage],
    handOver?.outcome === 'reset' ? ['fresh', home.fresh] : ['recovered', home.recovered],
    ['live', home.live],
  ]
  return (
    <section className={styles.pulse} aria-labelledby="pulse">
      <header>
        <h2 id="pulse">{home.stripTitle}</h2>
        <p>{home.stripHint}</p>
      </header>
      <div className={styles.strip} role="img" aria-label={home.stripSummary(busy)}>
        {Array.from({ length: Math.max(0, seconds - bars.length) }, (_, index) => (
          <i key={-index} />
        ))}
        {bars.map(({ offset, busy, arrival }) => (
          <i key={offset} data-arrival={arrival} data-offset={offset} style={{ height: `${4 + busy * 96}%` }} />
        ))}
      </div>
      <dl className={styles.legend}>
        {legend.map(([arrival, text]) => (
          <div key={arrival} data-arrival={arrival}>
            <dt>{text}</dt>
            <dd>{bars.filter((bar) => bar.arrival === arrival).length}</dd>
          </div>
        ))}
      </dl>
      <Proof language={language} initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
