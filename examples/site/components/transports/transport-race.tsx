'use client'

import type { SnapshotOf } from '@baro/core'
import { type race, rates } from '../../channels/race.ts'
import button from '../frame/button.module.css'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { useWords } from '../words/words-provider.tsx'
import { Guide } from './guide.tsx'
import { LaneRow } from './lane-row.tsx'
import { MeasuredTable } from './measured-table.tsx'
import { transports } from './transport.ts'
import styles from './transports.module.css'
import { useRace } from './use-race.ts'

/** The same channel over the four transports at once, and what that says about choosing one. */
export function TransportRace({ initial }: { initial: SnapshotOf<typeof race> }) {
  const { transports: says } = useWords('transports')
  const { view, start, stop, choose, isRefused } = useRace(initial)
  const isHydrated = useIsHydrated()
  const isRunning = view.state === 'running'
  const head = Math.max(...transports.map((transport) => view.lanes[transport].newest))
  return (
    <>
      <section className={styles.race} aria-labelledby="transports">
        <header>
          <h1 id="transports">{says.title}</h1>
          <p>{says.lead}</p>
        </header>
        <div className={styles.controls}>
          <button
            type="button"
            className={`${button.solid} ${styles.start}`}
            disabled={!isHydrated}
            onClick={isRunning ? stop : start}
          >
            {isRunning ? says.stop : says.start}
          </button>
          <fieldset className={styles.rates} disabled={!isHydrated}>
            <legend>{says.rate}</legend>
            {rates.map((rate) => (
              <label key={rate}>
                <input
                  type="radio"
                  name="rate"
                  value={rate}
                  checked={rate === view.perSecond}
                  onChange={() => choose(rate)}
                />
                <span>{rate}</span>
              </label>
            ))}
          </fieldset>
          <p className={styles.state} aria-live="polite" data-race={view.state}>
            {isRefused ? says.refused : says.states[view.state]}
          </p>
          <noscript>
            <p>{says.noScript}</p>
          </noscript>
        </div>
        {transports.map((transport) => (
          <LaneRow
            key={transport}
            transport={transport}
            rendered={initial.position}
            lane={view.lanes[transport]}
            head={head}
          />
        ))}
        <dl className={styles.legend}>
          {(['first', 'later', 'before'] as const).map((place) => (
            <div key={place}>
              <dt data-place={place} />
              <dd>{says.places[place]}</dd>
            </div>
          ))}
        </dl>
        <details className={styles.counted}>
          <summary>{says.countedTitle}</summary>
          <ul>
            {says.counted.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </details>
      </section>
      <MeasuredTable />
      <Guide lanes={view.lanes} />
    </>
  )
}
