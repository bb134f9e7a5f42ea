import { type FanoutRun, measureFanout } from '../fanout/measure.ts'
import { count, table } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'

const alone = 'baro without a journal'
const byDefault = 'baro'
const observed = 'baro observed'
const inspected = 'baro inspected'
const kinds = [alone, byDefault, observed, inspected] as const

const labels: Readonly<Record<(typeof kinds)[number], string>> = {
  [alone]: 'nobody, and no journal',
  [byDefault]: 'nobody: as a hub is by default',
  [observed]: 'an observer of every event',
  [inspected]: 'the inspector: lists every two seconds, and a tail',
}

/** Ratios of single runs scatter by some hundredths, so of what has a target there are more than in other parts. */
const roundsOfTarget = 15
const crowd = 10_000

/** What it costs that somebody could look, and that somebody does. */
export const observePart: Part = createPart<FanoutRun>({
  name: 'observe',
  connections: crowd,
  async measure({ isQuick, rounds }) {
    const run = async (server: string, subscribers: number): Promise<FanoutRun> => {
      const share = 1_000 / subscribers
      const plan = { warmup: 200 * share, oneAtATime: (isQuick ? 300 : 1_000) * share, inFlight: 4_000 * share }
      return printed(await measureFanout(server, { subscribers, ...plan }))
    }
    return [
      ...(await interleave(isQuick ? 1 : roundsOfTarget, [alone, byDefault], (kind) => run(kind, 1_000))),
      ...(await interleave(rounds, [observed, inspected], (kind) => run(kind, 1_000))),
      ...(await interleave(isQuick ? 1 : 3, [byDefault, inspected], (kind) => run(kind, crowd))),
    ]
  },
  tell,
})

function tell(runs: readonly FanoutRun[]): Chapter {
  const of = (server: string, subscribers: number) =>
    runs.filter((run) => run.server === server && run.subscribers === subscribers)
  /** Round by round, because a machine that gets slower is slower for all of a round; else between medians. */
  const ratio = (server: string, base: string, subscribers: number, figure: 'oneAtATime' | 'inFlight') => {
    const [own, bases] = [of(server, subscribers), of(base, subscribers)]
    if (own.length !== bases.length) return middle(server, subscribers, figure) / middle(base, subscribers, figure)
    return median(own.map((run, round) => run[figure] / (bases[round]?.[figure] ?? Number.NaN)))
  }
  const middle = (server: string, subscribers: number, figure: 'oneAtATime' | 'inFlight') =>
    median(of(server, subscribers).map((run) => run[figure]))
  const row = (server: (typeof kinds)[number], base: string, subscribers: number) => [
    labels[server],
    count(subscribers),
    ...(['oneAtATime', 'inFlight'] as const).flatMap((figure) => [
      middle(server, subscribers, figure).toFixed(2),
      ratio(server, base, subscribers, figure).toFixed(3),
    ]),
  ]
  const seen = ratio(byDefault, alone, 1_000, 'oneAtATime')
  return {
    text: `
## What it costs that somebody could look

Microseconds of server CPU for one message of 128 bytes to reach one subscriber over WebSocket. The first two kinds take turns, and the ratio is the median of ${of(byDefault, 1_000).length} ratios, one of each round; the ratios of the next two are between medians, of ${of(observed, 1_000).length} runs of theirs. For 10,000 subscribers two kinds take turns ${of(byDefault, crowd).length} times.

While nobody looks no object is made for it either: \`packages/server/src/observe/allocation.test.ts\` counts each object that a publication and its delivery make, with a journal and without.

${table(
  ['who looks', 'subscribers', 'one at a time, µs', '×', '32 in flight, µs', '×'],
  [
    ...kinds.map((kind) => row(kind, alone, 1_000)),
    ...([byDefault, inspected] as const).map((kind) => row(kind, byDefault, crowd)),
  ],
)}`,
    targets: [
      {
        text: 'a delivery while nobody looks: at most 1.03 times one without a journal',
        seen: `${seen.toFixed(3)} times`,
        isMet: seen <= 1.03,
      },
    ],
    shortcomings: [],
    notes: [],
  }
}
