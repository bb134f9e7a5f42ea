import { useWords } from '../words/words-provider.tsx'
import { ColumnHeads } from './column-heads.tsx'
import { noFigure } from './figures.ts'
import { commands, measured, measuredOn } from './measured.ts'
import { transports } from './transport.ts'
import styles from './transports.module.css'

/** What no browser can measure: what a transport costs the server, and how it does behind a bad proxy. */
export function MeasuredTable() {
  const { transports: says } = useWords('transports')
  const { columns, title, lead, repeat } = says.measured
  return (
    <section className={styles.guide} aria-labelledby="measured">
      <header>
        <h2 id="measured">{title}</h2>
        <p>{lead(String(measuredOn.node), measuredOn.cores, measuredOn.processor)}</p>
      </header>
      <table className={styles.measured}>
        <ColumnHeads columns={[columns.transport, columns.oneAtATime, columns.inFlight, columns.idle, columns.proxy]} />
        <tbody>
          {transports.map((transport) => {
            const { oneAtATime, inFlight, idleKilobytes } = measured[transport]
            return (
              <tr key={transport} id={`measured-${transport}`}>
                <th scope="row">{says.each[transport].name}</th>
                <td data-column={columns.oneAtATime}>{oneAtATime} µs</td>
                <td data-column={columns.inFlight}>{inFlight === undefined ? noFigure : `${inFlight} µs`}</td>
                <td data-column={columns.idle}>{idleKilobytes === undefined ? noFigure : `${idleKilobytes} kB`}</td>
                <td data-column={columns.proxy}>{says.measured.proxies[transport]}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p className={styles.repeat}>
        {repeat}{' '}
        {commands.map((command) => (
          <code key={command} translate="no">
            {command}
          </code>
        ))}
      </p>
    </section>
  )
}
