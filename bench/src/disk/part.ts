import { list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { type BrokerKind, type DiskRun, measureBroker } from './measure.ts'

const labels: Readonly<Record<BrokerKind, string>> = {
  memory: 'in memory',
  'disk-os': 'on disk, `sync: os`',
  'disk-always': 'on disk, `sync: always`',
}

const cases = (['memory', 'disk-os', 'disk-always'] as const).flatMap((kind) =>
  [1, 32].map((inFlight) => ({ kind, inFlight })),
)

/** What it costs to keep publications on disk. */
export const diskPart: Part = createPart<DiskRun>({
  name: 'disk',
  connections: 0,
  measure({ isQuick, rounds }) {
    return interleave(rounds, cases, async ({ kind, inFlight }) => {
      // A sync takes milliseconds, so of those there are fewer.
      const publications = (kind === 'disk-always' ? 1_600 : 32_000) / (isQuick ? 4 : 1)
      return printed(await measureBroker(kind, inFlight, publications))
    })
  },
  tell: (runs) =>
    ({
      text: text(runs),
      targets: [],
      shortcomings: [
        `A publish that is kept on disk costs ${(cpuOf(runs, 'disk-os') - cpuOf(runs, 'memory')).toFixed(0)} µs more than one in memory: two steps, each with a write of its own.`,
      ],
      notes: [],
    }) satisfies Chapter,
})

/** One at a time, the median. */
function cpuOf(runs: readonly DiskRun[], kind: BrokerKind): number {
  return median(runs.filter((run) => run.kind === kind && run.inFlight === 1).map(({ cpuMicros }) => cpuMicros))
}

function text(runs: readonly DiskRun[]): string {
  const rows = unique(runs.map(({ kind }) => kind)).map((kind) => {
    const of = (inFlight: number) => runs.filter((run) => run.kind === kind && run.inFlight === inFlight)
    return [
      labels[kind],
      ...[1, 32].flatMap((inFlight) => {
        const cpu = of(inFlight).map(({ cpuMicros }) => cpuMicros)
        return [
          median(cpu).toFixed(1),
          list(cpu, 1),
          median(of(inFlight).map(({ wallMicros }) => wallMicros)).toFixed(0),
        ]
      }),
    ]
  })
  const head = [
    'broker',
    'one at a time: CPU, µs',
    'all runs',
    'time, µs',
    '32 in flight: CPU, µs',
    'all runs',
    'time, µs',
  ]
  return `
## Publications on disk

Microseconds for one publish of 128 bytes, claimed by a turn and appended with its answer, by a broker alone in its process: no hub, no sockets. CPU is that of all threads of the process. With \`sync: always\` the time is that of the disk.

${table(head, rows)}`
}
