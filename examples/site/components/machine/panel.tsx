import type { Sample } from '../../channels/machine.ts'
import type { Language } from '../../i18n/languages.ts'
import type { Arrival } from '../live/arrival.ts'
import { useWords } from '../words/words-provider.tsx'
import { Chart } from './chart.tsx'
import styles from './machine.module.css'
import type { Measure } from './measures.ts'

/** One measure: its numbers now, or where the pointer is, and its lines over the last two minutes. */
export function Panel({
  language,
  measure: { title, top, format, lines },
  samples,
  arrivals,
  pointed,
  point,
}: {
  language: Language
  measure: Measure
  samples: readonly Sample[]
  /** How each of them reached the browser. */
  arrivals: readonly Arrival[]
  pointed: number | undefined
  point: (index: number | undefined) => void
}) {
  const { machine } = useWords('machine')
  const shown = samples[pointed ?? samples.length - 1] ?? samples.at(-1)
  return (
    <section className={styles.panel}>
      <h2>{title}</h2>
      <dl>
        {lines.map(({ name, note, read }, line) => (
          <div key={name} data-line={Math.min(line, 3)}>
            <dt>{name}</dt>
            <dd>
              {shown && format(read(shown))} {note && <small>{note}</small>}
            </dd>
          </div>
        ))}
      </dl>
      <Chart
        language={language}
        label={`${title}, ${machine.lastTwoMinutes}`}
        times={samples.map(({ time }) => time / 1_000)}
        lines={lines.map(({ read }) => samples.map(read))}
        arrivals={arrivals}
        top={top}
        format={format}
        point={point}
      />
    </section>
  )
}
