import { useWords } from '../words/words-provider.tsx'
import { ColumnHeads } from './column-heads.tsx'
import { figuresOf, noFigure } from './figures.ts'
import { measured } from './measured.ts'
import type { RaceView } from './race-view.ts'
import { transports } from './transport.ts'
import styles from './transports.module.css'

/** Which transport for what. Each cell links to a figure: of the race above, or of what was measured beforehand. */
export function Guide({ lanes }: { lanes: RaceView['lanes'] }) {
  const { transports: says } = useWords('transports')
  const { columns } = says.guide
  return (
    <section className={styles.guide} aria-labelledby="guide">
      <header>
        <h2 id="guide">{says.guide.title}</h2>
        <p>{says.guide.lead}</p>
      </header>
      <table>
        <ColumnHeads
          columns={[columns.transport, columns.choose, columns.latency, columns.requests, columns.proxy, columns.cost]}
        />
        <tbody>
          {transports.map((transport) => {
            const { name, choose, proxy } = says.each[transport]
            const { p50, p99, requests, bytes } = figuresOf(lanes[transport])
            const raced = (value: string, unit: string) => (
              <a href={`#${transport}`} data-measured={value === noFigure ? 'not-yet' : undefined}>
                {value === noFigure ? says.guide.startFirst : `${value}${unit}`}
              </a>
            )
            const beforehand = (text: string) => <a href={`#measured-${transport}`}>{text}</a>
            return (
              <tr key={transport}>
                <th scope="row">
                  <a href={`#${transport}`}>{name}</a>
                </th>
                <td data-column={columns.choose}>
                  {choose} <small>{beforehand(says.guide.processor(measured[transport].oneAtATime))}</small>
                </td>
                <td data-column={columns.latency}>{raced(p50, ` / ${p99}`)}</td>
                <td data-column={columns.requests}>{raced(requests, '')}</td>
                <td data-column={columns.proxy}>
                  {proxy} <small>{beforehand(says.guide.recovery[transport])}</small>
                </td>
                <td data-column={columns.cost}>{raced(bytes, ' B')}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
