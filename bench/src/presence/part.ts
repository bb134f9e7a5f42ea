import { atMost } from '../fanout/costs.ts'
import { list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { type CrowdRun, measureCrowd } from './measure.ts'

/** How a server is called on the page. */
const labels: Readonly<Record<string, string>> = {
  'socket.io crowd': 'socket.io 4.8, `io.to(room).emit` for each who comes',
  'baro crowd': '**Baro**, members',
}

/** Readers are told no more often. */
const gatherMs = 250

/** Two thousand come into one room within ten seconds, and ten thousand listen. */
export const presencePart: Part = createPart<CrowdRun>({
  name: 'presence',
  connections: 12_000,
  async measure({ isQuick, rounds }) {
    const listeners = isQuick ? 1_000 : 10_000
    const seconds = isQuick ? 3 : 10
    // More than a room lists. To tell 10,000 of each of 2,000 takes Socket.IO several minutes, so fewer come there, and as fast.
    const comers: Readonly<Record<string, number>> = isQuick
      ? { 'socket.io crowd': 20, 'baro crowd': 600 }
      : { 'socket.io crowd': 100, 'baro crowd': 2_000 }
    const most = Math.max(...Object.values(comers))
    return interleave(rounds, Object.keys(labels), async (server) => {
      const own = comers[server] ?? 0
      return printed(await measureCrowd(server, { listeners, comers: own, seconds: (seconds * own) / most }))
    })
  },
  tell,
})

function tell(runs: readonly CrowdRun[]): Chapter {
  const servers = unique(runs.map(({ server }) => server))
  type Figure = (run: CrowdRun) => number
  const all = (server: string, figure: Figure): readonly number[] =>
    runs.filter((run) => run.server === server).map(figure)
  const of = (server: string, figure: Figure): number => median(all(server, figure))
  const perComer: Figure = (run) => run.cpuMs / run.comers
  const bound: Figure = (run) => run.tookMs / gatherMs + 1
  const [first = { listeners: 0 }] = runs
  return {
    text: `
## Who is here

Many come into one room, ${first.listeners.toLocaleString('en')} listen, and each listener gets to know of each who came. Server CPU for all of it, connecting those who come included, and for one of them; what one listener gets.

${table(
  ['server', 'came', 'known to all after, s', 'CPU, ms', 'CPU for one, ms', 'all runs', 'messages', 'at most', 'kB'],
  servers.map((server) => [
    labels[server] ?? server,
    of(server, (run) => run.comers).toLocaleString('en'),
    (of(server, (run) => run.tookMs) / 1_000).toFixed(1),
    of(server, (run) => run.cpuMs).toFixed(0),
    of(server, perComer).toFixed(2),
    list(all(server, perComer), 2),
    of(server, (run) => run.messages).toFixed(1),
    server.startsWith('baro') ? of(server, bound).toFixed(1) : 'one for each',
    (of(server, (run) => run.bytes) / 1_000).toFixed(1),
  ]),
)}`,
    targets: [
      atMost(
        'two thousand who come into a room: a listener gets at most a message in 250 ms, and one more',
        of('baro crowd', (run) => run.messages / bound(run)),
        'times',
        1,
      ),
      atMost(
        'for one who comes, with ten thousand who listen: at most a tenth of the CPU of socket.io',
        of('baro crowd', perComer) / of('socket.io crowd', perComer),
        'times',
        0.1,
      ),
    ],
    shortcomings: [],
    notes: [
      'Who is here: a room that lists its members tells who they are, above 500 members it tells their number alone, and pages of them are asked for. The event of Socket.IO tells a name and an id, as tutorials do; who was there before is not told.',
    ],
  }
}
