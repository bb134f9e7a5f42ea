'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { type ReactNode, useState } from 'react'
import { machine } from '../../channels/machine.ts'
import type { Language } from '../../i18n/languages.ts'
import { epochOf } from '../live/arrival.ts'
import { PauseButton, useHeld } from '../live/pause.tsx'
import { Proof } from '../live/proof.tsx'
import { useArrivals } from '../live/use-arrivals.ts'
import { useWords } from '../words/words-provider.tsx'
import { FactList } from './fact-list.tsx'
import styles from './machine.module.css'
import { measuresOf } from './measures.ts'
import { Panel } from './panel.tsx'
import { SecondSlider } from './second-slider.tsx'

/** Two minutes of the machine that serves this page; a pointer over one chart, or the slider, shows one second in all. */
export function Dashboard({
  language,
  initial,
  strip,
}: {
  language: Language
  initial: SnapshotOf<typeof machine>
  /** How each second reached the visitor. */
  strip: ReactNode
}) {
  const { machine: says } = useWords('machine')
  const { state, position, status, handOver } = useChannel(machine, initial)
  const offsets = state.samples.map(({ offset }) => offset)
  const { byOffset } = useArrivals(initial.channel, { epoch: epochOf(position), offsets, handOver })
  const [pointed, point] = useState<number>()
  const arrivals = offsets.map((offset) => byOffset.get(offset) ?? 'live')
  const { facts, samples, ...held } = useHeld({ ...state, arrivals })
  const measures = measuresOf(says, samples)

  return (
    <section className={styles.dashboard} aria-labelledby="machine">
      <header>
        <h1 id="machine">{says.title}</h1>
        <p>{says.lead}</p>
      </header>
      {strip}
      {facts && <FactList language={language} facts={facts} />}
      <Proof initial={initial} status={status} handOver={handOver} />
      {samples.length > 0 && (
        <div className={styles.controls}>
          <PauseButton />
          <SecondSlider
            language={language}
            samples={samples}
            pointed={pointed}
            point={point}
            isLive={status.state === 'live'}
          />
        </div>
      )}
      {measures.length === 0 && <p className={styles.waiting}>{says.waiting}</p>}
      <div className={styles.panels}>
        {measures.map((measure) => (
          <Panel
            key={measure.title}
            language={language}
            measure={measure}
            samples={samples}
            arrivals={held.arrivals}
            pointed={pointed}
            point={point}
          />
        ))}
      </div>
    </section>
  )
}
