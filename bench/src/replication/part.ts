import { feedCases, feedRows } from '../database/feed-figures.ts'
import { type DatabaseRun, measureDatabase } from '../database/measure.ts'
import { list, table } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { measureReplication, type ReplicationRun } from './measure.ts'
import type { ReaderName } from './readers.ts'

const names: readonly ReaderName[] = ['baro', 'pg-logical-replication', 'postgres']
const sizes = [1, 100] as const

/**
 * What it costs a process to read rows from the log of a server, beside the two packages that do it; and what a feed by it costs
 * beside one by triggers.
 */
export const replicationPart: Part = createPart<ReplicationRun | DatabaseRun>({
  name: 'replication',
  connections: 0,
  async measure({ isQuick, rounds }) {
    const cases = sizes.flatMap((perTransaction) => names.map((reader) => ({ reader, perTransaction })))
    const read = await interleave(rounds, cases, async (one) =>
      printed(await measureReplication(one, (one.perTransaction === 1 ? 20_000 : 80_000) / (isQuick ? 4 : 1))),
    )
    const feeds = [...feedCases('triggers'), ...feedCases('replication')]
    const fed = await interleave(isQuick ? 0 : 1, feeds, async (one) => printed(await measureDatabase(one)))
    return [...read, ...fed]
  },
  tell(all) {
    const runs = all.filter((run): run is ReplicationRun => 'reader' in run)
    const ratios = sizes.map((size) => ratioOf(runs, size))
    return {
      text: text(
        runs,
        all.filter((run): run is DatabaseRun => 'what' in run),
      ),
      targets: [
        {
          text: 'replication: a row costs at most 0.6 of what it costs the better of two packages',
          seen: sizes.map((size, at) => `${ratios[at]?.toFixed(2)} in transactions of ${size}`).join(', '),
          isMet: ratios.every((ratio) => ratio <= 0.6),
        },
      ],
      shortcomings: [],
      notes: [
        '`pg-logical-replication` acknowledges what has not been processed, and `postgres` begins with a new slot after each lost connection: neither tells everything. They are here for what decoding costs.',
      ],
    } satisfies Chapter
  },
})

function microsOf(runs: readonly ReplicationRun[], name: ReaderName, size: number): readonly number[] {
  return runs
    .filter(({ reader, perTransaction }) => reader === name && perTransaction === size)
    .map(({ micros }) => micros)
}

function ratioOf(runs: readonly ReplicationRun[], size: number): number {
  const [own = Number.NaN, ...others] = names.map((name) => median(microsOf(runs, name, size)))
  return own / Math.min(...others)
}

function text(runs: readonly ReplicationRun[], fed: readonly DatabaseRun[]): string {
  const rows = sizes.flatMap((size) =>
    names.map((name) => {
      const micros = microsOf(runs, name, size)
      return [String(size), name === 'baro' ? '**Baro**' : `\`${name}\``, median(micros).toFixed(2), list(micros, 2)]
    }),
  )
  return `
## The log of a database

One process reads what another writes: rows of 200 bytes, decoded into values by the names of their columns. The figures are CPU time of the process that reads, for each row.

${table(['rows in a transaction', 'read by', 'CPU for a row, µs', 'all runs'], rows)}

What a hub is fed by, triggers or replication, each measured once, one after the other:

${table(['what', 'by triggers', 'by replication', 'all runs of the last figure, triggers', 'replication'], feedRows(fed, ['triggers', 'replication']))}`
}
