'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { pulse } from '../../channels/pulse.ts'
import type { Language } from '../../i18n/languages.ts'
import { type Arrival, epochOf } from '../live/arrival.ts'
import { LocalTime } from '../live/local-time.tsx'
import { useHeld } from '../live/pause.tsx'
import { Proof } from '../live/proof.tsx'
import { useArrivals } from '../live/use-arrivals.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './pulse.module.css'
import { type Bar, layOutStrip } from './strip-layout.ts'

const seconds = 60
/** How many seconds leave room for a time at both ends, on a small screen too. */
const leastPlaces = 36

/** One minute of this machine. The colour of a second is how it reached the browser. */
export function Pulse({ language, initial }: { language: Language; initial: SnapshotOf<typeof pulse> }) {
  const { pulse: says } = useWords('pulse')
  const { state: beats, position, status, handOver } = useChannel(pulse, initial)
  const epoch = epochOf(position)
  const { byOffset } = useArrivals(initial.channel, { epoch, offsets: beats.map(({ offset }) => offset), handOver })
  const all = beats.map((beat): Bar => ({ ...beat, arrival: byOffset.get(beat.offset) ?? 'live' }))
  const { past, skipped, recent } = useHeld(
    layOutStrip(initial.value, all, epoch === epochOf(initial.position), seconds),
  )
  const bars = [...past, ...recent]
  const busy = `${Math.round((bars.at(-1)?.busy ?? 0) * 100)} %`
  const legend: readonly (readonly [Arrival, string])[] = [
    ['page', says.inPage],
    handOver?.outcome === 'reset' ? ['fresh', says.fresh] : ['recovered', says.recovered],
    ['live', says.live],
  ]
  return (
    <section className={styles.pulse} aria-labelledby="pulse">
      <header>
        <h2 id="pulse">{says.title}</h2>
        <p>{says.hint}</p>
      </header>
      <div className={styles.strip} role="img" aria-label={says.summary(busy)}>
        {Array.from({ length: Math.max(0, seconds - bars.length - (skipped === 0 ? 0 : 1)) }, (_, index) => (
          <i key={-index} />
        ))}
        {past.map((bar) => (
          <Second key={`past ${bar.offset}`} bar={bar} />
        ))}
        {skipped !== 0 && <i data-break>⋯</i>}
        {recent.map((bar) => (
          <Second key={bar.offset} bar={bar} />
        ))}
      </div>
      <Ends language={language} bars={bars} places={skipped === 0 ? bars.length : bars.length + 1} />
      <dl className={styles.legend}>
        {legend.map(([arrival, text]) => (
          <div key={arrival} data-arrival={arrival}>
            <dt>{text}</dt>
            <dd>{bars.filter((bar) => bar.arrival === arrival).length}</dd>
          </div>
        ))}
        {skipped !== undefined && skipped > 0 && (
          <div data-arrival="skipped">
            <dt aria-hidden="true">⋯</dt>
            <dd>{says.skipped(skipped)}</dd>
          </div>
        )}
      </dl>
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}

/** When the first and the last second were. The first is left out as long as both would not fit. */
function Ends({ language, bars, places }: { language: Language; bars: readonly Bar[]; places: number }) {
  const [first, last] = [places >= leastPlaces ? bars[0] : undefined, bars.at(-1)]
  return (
    <p className={styles.ends} style={{ paddingInlineStart: first && `${(1 - places / seconds) * 100}%` }}>
      <span>{first && <LocalTime language={language} time={first.time} format="second" />}</span>
      <span>{last && <LocalTime language={language} time={last.time} format="second" />}</span>
    </p>
  )
}

function Second({ bar: { offset, busy, arrival } }: { bar: Bar }) {
  return <i data-arrival={arrival} data-offset={offset} style={{ height: `${4 + busy * 96}%` }} />
}
