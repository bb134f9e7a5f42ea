import { count, list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { type KeptCase, type KeptRun, measureKept } from './measure.ts'

const roomForAll = 4 * 2 ** 30
const readyWithinMs = 2_000
const mostMegabytes = 200

/** A million publications in few channels and in many, with room for all; and many channels with the room that is default. */
const cases: readonly KeptCase[] = [
  { channels: 1_000, each: 1_000, maxBytes: roomForAll },
  { channels: 1_000_000, each: 1, maxBytes: roomForAll },
  { channels: 1_000_000, each: 1, maxBytes: 256 << 20 },
]

/** How soon a broker on disk is ready that keeps a million publications, and what it takes of memory and disk. */
export const keptPart: Part = createPart<KeptRun>({
  name: 'kept',
  connections: 0,
  measure({ isQuick }) {
    // To fill one takes up to a minute, and the targets are far away.
    return interleave(1, isQuick ? cases.slice(0, 1) : cases, async (one) => printed(await measureKept(one)))
  },
  tell(runs) {
    const million = runs.filter(({ maxBytes }) => maxBytes === roomForAll)
    const slowest = Math.max(...million.map(({ readyMs }) => readyMs))
    const largest = Math.max(...million.map(({ memoryReady }) => memoryReady))
    return {
      text: text(runs),
      targets: [
        {
          text: 'a million kept publications: ready within 2 s',
          seen: `${(slowest / 1_000).toFixed(1)} s, the slowest run`,
          isMet: slowest <= readyWithinMs,
        },
        {
          text: 'a million kept publications: at most 200 MB of memory',
          seen: `${largest.toFixed(0)} MB, the largest run`,
          isMet: largest <= mostMegabytes,
        },
      ],
      shortcomings: [],
      notes: [],
    } satisfies Chapter
  },
})

function text(runs: readonly KeptRun[]): string {
  const keyOf = ({ channels, maxBytes }: KeptCase) => `${channels} ${maxBytes}`
  const rows = unique(runs.map(keyOf)).map((key) => {
    const of = runs.filter((run) => keyOf(run) === key)
    const middle = (pick: (run: KeptRun) => number) => median(of.map(pick))
    const [{ channels, each, maxBytes } = { channels: 0, each: 0, maxBytes: 0 }] = of
    return [
      `${count(channels)} × ${count(each)}`,
      `${count(maxBytes / (1 << 20))} MB`,
      middle((run) => run.cpuMicros).toFixed(1),
      middle((run) => run.memoryFilled).toFixed(0),
      count(middle((run) => run.kept)),
      middle((run) => run.diskMegabytes).toFixed(0),
      list(
        of.map((run) => run.readyMs),
        0,
      ),
      middle((run) => run.memoryBefore).toFixed(0),
      list(
        of.map((run) => run.memoryReady),
        0,
      ),
      middle((run) => run.memoryRead).toFixed(0),
    ]
  })
  const head = [
    'channels × publications',
    '`maxBytes`',
    'CPU to append one, µs',
    'memory once filled, MB',
    'channels kept',
    'on disk, MB',
    'ready after, ms, all runs',
    'memory before, MB',
    'ready, MB, all runs',
    'after reads, MB',
  ]
  return `
## A million kept publications

A broker on disk alone in its process: filled with publications of 128 bytes, appended 1,000 at a time without a claim, and closed; then opened by another process. MB are 2^20 bytes of the resident set, Node and the loader of TypeScript included (*memory before*).

${table(head, rows)}`
}
