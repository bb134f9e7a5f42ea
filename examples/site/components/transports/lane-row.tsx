import type { Words } from '../../i18n/words.ts'
import { HandOverLine } from '../live/hand-over-line.tsx'
import { useWords } from '../words/words-provider.tsx'
import { figuresOf, noFigure } from './figures.ts'
import { type Lane, laneLength } from './lane.ts'
import { codeOf, type Transport } from './transport.ts'
import styles from './transports.module.css'

type Figures = readonly (readonly [figure: keyof Words['transports']['figures'], value: string])[]

/** One transport: what it is, which publications it has brought, and what that took. */
export function LaneRow({
  transport,
  rendered,
  lane,
  head,
}: {
  transport: Transport
  /** The position of the page's snapshot. */
  rendered: string
  lane: Lane
  /** Offset of the newest publication that any of the four has. */
  head: number
}) {
  const { transports: says } = useWords('transports')
  const { name, idea } = says.each[transport]
  const figures = figuresOf(lane)
  const shown: Figures = [
    ['p50', figures.p50],
    ['requests', figures.requests],
    ['bytes', figures.bytes],
    // What was between the page and a fresh value, nobody has counted.
    ['missing', lane.handOver?.outcome === 'reset' && lane.missing === 0 ? noFigure : String(lane.missing)],
  ]
  const more: Figures = [
    ['newest', figures.newest],
    ['p99', figures.p99],
    ['firsts', String(lane.firsts)],
    ['received', String(lane.received)],
    ['doubled', String(lane.doubled)],
  ]
  const list = (figures: Figures) => (
    <dl className={styles.figures}>
      {figures.map(([figure, value]) => (
        <div key={figure} data-figure={figure}>
          <dt>{says.figures[figure]}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
  return (
    <section
      className={styles.row}
      id={transport}
      aria-labelledby={`${transport}-name`}
      data-transport={transport}
      data-newest={lane.newest}
      data-received={lane.received}
      data-missing={lane.missing}
      data-doubled={lane.doubled}
    >
      <header>
        <h2 id={`${transport}-name`}>{name}</h2>
        <code translate="no">{codeOf[transport]}</code>
        <span className={styles.link} data-link={lane.link}>
          {says.links[lane.link]}
        </span>
      </header>
      <p className={styles.idea}>{idea}</p>
      <div className={styles.lane} role="img" aria-label={says.laneSummary(name, lane.newest)}>
        {Array.from({ length: laneLength }, (_, index) => {
          const offset = head - laneLength + 1 + index
          return <i key={offset} data-place={lane.places.get(offset)} />
        })}
      </div>
      {list(shown)}
      <details className={styles.more}>
        <summary>{says.moreFigures}</summary>
        {list(more)}
        <div className={styles.handOver} data-hand-over={lane.handOver?.outcome ?? 'waiting'}>
          <HandOverLine rendered={rendered} handOver={lane.handOver} />
        </div>
      </details>
    </section>
  )
}
