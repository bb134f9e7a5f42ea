/** What a feed costs beside its rounds: how late a change is, what a writer pays, and how much memory a large transaction takes. */
import { list } from '../figures.ts'
import { median } from '../runs.ts'
import type { DatabaseCase, DatabaseRun } from './measure.ts'

type Feed = DatabaseCase['feed']

export function feedCase(what: DatabaseCase['what'], rows: number, feed: Feed, distinct = 1): DatabaseCase {
  return { what, filters: distinct, subscribers: distinct, kind: 'value', feed, rows }
}

export function feedCases(feed: Feed): readonly DatabaseCase[] {
  return [feedCase('latency', 1_000, feed), feedCase('triggers', 3_000, feed), feedCase('bulk', 100_000, feed)]
}

export function middle(runs: readonly DatabaseRun[], name: keyof DatabaseRun): number {
  return median(runs.map((run) => Number(run[name] ?? Number.NaN)))
}

interface Line {
  readonly text: string
  readonly what: DatabaseCase['what']
  readonly names: readonly (keyof DatabaseRun)[]
  readonly digits: number
}

const lines: readonly Line[] = [
  {
    text: '100 inserts a second, from before the insert to a client on an event stream: p50 and p99, ms',
    ...{ what: 'latency', names: ['p50', 'p99'], digits: 1 },
  },
  {
    text: 'CPU of the database for an insert alone in its transaction, without and with the feed, µs',
    ...{ what: 'triggers', names: ['plainMicros', 'databaseMicros'], digits: 0 },
  },
  {
    text: '100,000 rows in one transaction, into a table that nobody feeds and into one that is fed, seconds',
    ...{ what: 'bulk', names: ['plainSeconds', 'seconds'], digits: 2 },
  },
  {
    text: 'the same, memory of the node before and at its highest, MB',
    ...{ what: 'bulk', names: ['memoryBefore', 'memoryPeak'], digits: 0 },
  },
]

/** Rows of a table: what, the figures of each feed, and all runs of the last figure of each. */
export function feedRows(runs: readonly DatabaseRun[], feeds: readonly Feed[]): readonly string[][] {
  return lines.map(({ text, what, names, digits }) => {
    const of = (feed: Feed) =>
      // What was kept before there was a choice is of triggers.
      runs.filter((run) => run.what === what && (run.feed ?? 'triggers') === feed)
    const last = names.at(-1) ?? 'rows'
    return [
      text,
      ...feeds.map((feed) => names.map((name) => middle(of(feed), name).toFixed(digits)).join(', ')),
      ...feeds.map((feed) =>
        list(
          of(feed).map((run) => Number(run[last])),
          digits,
        ),
      ),
    ]
  })
}
