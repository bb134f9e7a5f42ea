import { atMost } from '../fanout/costs.ts'
import { list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { type CursorsRun, measureCursors } from './measure.ts'

/** How a server is called on the page. */
const labels: Readonly<Record<string, string>> = {
  'socket.io cursors': 'socket.io 4.8, `volatile.emit`',
  'baro cursors without a key': '**Baro**, signals without a key',
  'baro cursors': '**Baro**, signals with a key',
}

/** A hundred people in one room, who move their pointers thirty times a second. */
export const cursorsPart: Part = createPart<CursorsRun>({
  name: 'cursors',
  connections: 100,
  async measure({ isQuick, rounds }) {
    const plan = { people: 100, perSecond: 30, seconds: isQuick ? 2 : 8 }
    return interleave(rounds, Object.keys(labels), async (server) => printed(await measureCursors(server, plan)))
  },
  tell,
})

function tell(runs: readonly CursorsRun[]): Chapter {
  const servers = unique(runs.map(({ server }) => server))
  type Figure = (run: CursorsRun) => number
  const all = (server: string, figure: Figure): readonly number[] =>
    runs.filter((run) => run.server === server).map(figure)
  const of = (server: string, figure: Figure): number => median(all(server, figure))
  const cpu: Figure = (run) => run.cpuMsPerSecond
  /** Of a busy machine, or of volatile emits, not everything arrives: what did is what was paid for. */
  const perMove: Figure = (run) => (1_000 * run.cpuMsPerSecond) / (run.movesPerSecond * run.people)
  const [first = { people: 0, perSecond: 0 }] = runs
  return {
    text: `
## Pointers

${first.people} people in one room, each of whom moves a pointer ${first.perSecond} times a second, and sees all. Server CPU for one second of it, and for one move that one of them has heard; what one of them gets in a second; from the move until it is seen. If all moves of all people are heard, that is ${(first.people * first.perSecond).toLocaleString('en')} in a second.

${table(
  ['server', 'CPU, ms', 'all runs', 'µs a move', 'moves heard', 'kB', 'median, ms', 'p99, ms', 'all runs'],
  servers.map((server) => [
    labels[server] ?? server,
    of(server, cpu).toFixed(0),
    list(all(server, cpu), 0),
    of(server, perMove).toFixed(2),
    of(server, (run) => run.movesPerSecond).toFixed(0),
    (of(server, (run) => run.bytesPerSecond) / 1_000).toFixed(0),
    of(server, (run) => run.medianMs).toFixed(1),
    of(server, (run) => run.p99Ms).toFixed(1),
    list(
      all(server, (run) => run.p99Ms),
      1,
    ),
  ]),
)}`,
    targets: [
      atMost(
        'pointers of a hundred people, for one move heard: at most half the CPU of volatile emits of socket.io',
        of('baro cursors', perMove) / of('socket.io cursors', perMove),
        'times',
        0.5,
      ),
    ],
    shortcomings: [
      `A pointer with a key is seen up to a thirtieth of a second later: ${of('baro cursors', (run) => run.medianMs).toFixed(1)} ms in the middle, with Socket.IO ${of('socket.io cursors', (run) => run.medianMs).toFixed(1)}.`,
    ],
    notes: [
      'Pointers: the load generator looks at the time in one of sixteen moves. With a key the newest move of everybody leaves thirty times a second, all in one write; whoever moves as often now and then has two in one thirtieth, of which one is left out.',
    ],
  }
}
