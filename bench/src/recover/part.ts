import { count, list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { measureRecover, type RecoverRun } from './measure.ts'

const labels: Readonly<Record<string, string>> = {
  baro: '**Baro**',
  'socket.io with recovery': 'socket.io 4.8, connection state recovery',
}

/** What it costs when everybody comes back at once. */
export const recoverPart: Part = createPart<RecoverRun>({
  name: 'recover',
  connections: 5_000,
  measure({ isQuick, rounds }) {
    const subscribers = isQuick ? 500 : 5_000
    const subjects = Object.keys(labels).flatMap((server) => [0, 20].map((behind) => ({ server, behind })))
    return interleave(rounds, subjects, async ({ server, behind }) =>
      printed(await measureRecover(server, { subscribers, behind })),
    )
  },
  tell: (runs) => ({ text: text(runs), targets: [], shortcomings: [], notes: [] }) satisfies Chapter,
})

function text(runs: readonly RecoverRun[]): string {
  const rows = unique(runs.map(({ server, behind }) => `${server}\n${behind}`)).map((key) => {
    const same = runs.filter(({ server, behind }) => `${server}\n${behind}` === key)
    const [{ server, subscribers, behind } = { server: '', subscribers: 0, behind: 0 }] = same
    const cpu = same.map(({ cpuSeconds }) => cpuSeconds)
    const alone = median(runs.filter((run) => run.server === server && run.behind === 0).map((run) => run.cpuSeconds))
    const each = (seconds: number): string => (behind === 0 ? '' : ((seconds / subscribers / behind) * 1e6).toFixed(2))
    return [
      labels[server] ?? server,
      count(subscribers),
      String(behind),
      each(median(cpu)),
      each(median(cpu) - alone),
      median(cpu).toFixed(2),
      median(same.map(({ totalSeconds }) => totalSeconds)).toFixed(2),
      list(cpu, 2),
    ]
  })
  const head = [
    'server',
    'clients',
    'behind',
    'µs for each recovered publication',
    'on top of coming back alone, µs',
    'CPU, s',
    'total time, s',
    'all runs (CPU)',
  ]
  return `
## Recovery

Everybody is dropped at once; while they are gone the channel goes on; then all of them come back as fast as the server accepts them (256 handshakes under way at a time). CPU is the server's, from the first new connection to the last recovered publication, handshakes included; *0 behind* shows how much of it is coming back alone.

${table(head, rows)}`
}
