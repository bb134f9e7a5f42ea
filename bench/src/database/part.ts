import { count, list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, printed } from '../runs.ts'
import { feedCase, feedCases, feedRows, middle } from './feed-figures.ts'
import { type DatabaseCase, type DatabaseRun, measureDatabase } from './measure.ts'

const filters = (kind: DatabaseCase['kind'], ...[distinct, subscribers]: [number, number]): DatabaseCase => ({
  ...{ what: 'filters', filters: distinct, subscribers, kind, feed: 'triggers', rows: 2_000 },
})

const cases: readonly DatabaseCase[] = [
  filters('value', 1, 1),
  filters('value', 1, 10_000),
  filters('value', 100, 100),
  filters('value', 10_000, 10_000),
  filters('range', 10_000, 10_000),
  ...feedCases('triggers'),
  feedCase('polling', 100, 'triggers', 100),
]

/** What a change of a row costs the database and the node, and how soon a client has it. */
export const databasePart: Part = createPart<DatabaseRun>({
  name: 'database',
  connections: 0,
  measure({ isQuick, rounds }) {
    const chosen = isQuick ? cases.filter(({ subscribers }) => subscribers <= 100) : cases
    return interleave(Math.min(rounds, 2), chosen, async (one) => printed(await measureDatabase(one)))
  },
  tell(runs) {
    const of = (what: DatabaseCase['what']) => runs.filter((run) => run.what === what)
    const filtered = of('filters')
    const node = (distinct: number, kind: DatabaseCase['kind'] = 'value') =>
      middle(
        filtered.filter((run) => run.filters === distinct && run.subscribers === distinct && run.kind === kind),
        'nodeMicros',
      )
    return {
      text: text(runs),
      targets: [
        {
          text: 'rows: 10,000 distinct filters cost the node at most twice what 100 cost, for each change',
          seen: `${(node(10_000) / node(100)).toFixed(2)} of a value, ${(node(10_000, 'range') / node(100)).toFixed(2)} of a range`,
          isMet: Math.max(node(10_000), node(10_000, 'range')) <= 2 * node(100),
        },
      ],
      shortcomings: [],
      notes: [
        'Followers of `database` are in the process of the hub: what a delivery costs on a socket is in the other parts.',
        'To ask a table again and again costs the database less than triggers, where few filters ask by an index; each change then waits half the interval, and each filter costs as much again.',
        'To commit and to answer one insert after the other wakes the leader for each of them. Under load a round has many.',
      ],
    } satisfies Chapter
  },
})

function text(runs: readonly DatabaseRun[]): string {
  const filtered = runs.filter(({ what }) => what === 'filters')
  const keyOf = ({ filters: distinct, subscribers, kind }: DatabaseCase) => `${distinct} ${subscribers} ${kind}`
  const rows = unique(filtered.map(keyOf)).map((key) => {
    const of = filtered.filter((run) => keyOf(run) === key)
    const [first] = of
    const all = (name: keyof DatabaseRun) => [
      middle(of, name).toFixed(0),
      list(
        of.map((run) => Number(run[name])),
        0,
      ),
    ]
    return [
      count(first?.filters ?? 0),
      first?.kind === 'range' ? 'a range' : 'a value',
      count(first?.subscribers ?? 0),
      ...all('databaseMicros'),
      ...all('nodeMicros'),
      ((first?.delivered ?? 0) / (first?.rows ?? 1)).toFixed(1),
    ]
  })
  const head = [
    'distinct filters',
    'each by',
    'followers',
    'CPU of the database, µs',
    'all runs',
    'CPU of the node, µs',
    'all runs',
    'delivered to',
  ]
  const polling = runs.filter(({ what }) => what === 'polling')
  const others = [
    ...feedRows(runs, ['triggers']),
    [
      'in place of it: 100 filters ask a table of 10,000 rows once a second, while 100 rows a second come: CPU of the database for each row, µs',
      middle(polling, 'databaseMicros').toFixed(0),
      list(
        polling.map(({ databaseMicros }) => databaseMicros ?? Number.NaN),
        0,
      ),
    ],
  ]
  return `
## Rows of a database

PostgreSQL and a hub, each in processes of their own. One row is inserted in each transaction, one after the other, and triggers feed it. *CPU* is for each of these rows, of all processes of the server, and of the process of the hub.

${table(head, rows)}

${table(['what', 'seen', 'all runs of the last figure'], others)}`
}
