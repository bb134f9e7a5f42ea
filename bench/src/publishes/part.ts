import { count, list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { measurePublishes, type PublishesRun } from './measure.ts'

const labels: Readonly<Record<PublishesRun['claimedBy'], string>> = {
  turns: 'by turns, as the SDK does',
  ids: 'by an id each, as plain HTTP does',
}

/** What is remembered of publishes, so that each happens once. */
export const publishesPart: Part = createPart<PublishesRun>({
  name: 'publishes',
  connections: 50,
  measure({ isQuick, rounds }) {
    const plan = { publishers: 50, perSecond: 100, seconds: isQuick ? 10 : 60 }
    // Of ids there are as many as may be remembered within the first minutes; from then on it stays so.
    const stretches = { turns: isQuick ? 1 : 10, ids: isQuick ? 1 : 4 }
    // They take minutes, so once; what is remembered is counted, and does not scatter.
    return interleave(Math.min(rounds, 1), ['turns', 'ids'] as const, async (claimedBy) =>
      printed(await measurePublishes(claimedBy, { ...plan, stretches: stretches[claimedBy] })),
    )
  },
  tell: (runs) => {
    const turns = runs.filter(({ claimedBy }) => claimedBy === 'turns')
    const refused = turns.reduce((sum, run) => sum + run.refused, 0)
    const grown = Math.max(...turns.map(({ rssBytes: [first = 0, ...later] }) => (later.at(-1) ?? first) - first)) / 1e6
    return {
      text: text(runs),
      targets: [
        {
          text: '5,000 publishes a second for ten minutes, by turns: none refused',
          seen: `${count(refused)} refused`,
          isMet: refused === 0,
        },
        {
          text: 'and what is remembered of them does not grow with them: at most 20 MB more at the end',
          seen: `${grown.toFixed(0)} MB more`,
          isMet: grown <= 20,
        },
      ],
      shortcomings: [],
      notes: [],
    } satisfies Chapter
  },
})

function text(runs: readonly PublishesRun[]): string {
  const rows = unique(runs.map(({ claimedBy }) => claimedBy)).map((claimedBy) => {
    const same = runs.filter((run) => run.claimedBy === claimedBy)
    const [first] = same
    return [
      labels[claimedBy],
      count((first?.publishers ?? 0) * (first?.perSecond ?? 0)),
      count(median(same.map(({ taken }) => taken))),
      count(median(same.map(({ refused }) => refused))),
      median(same.map(({ cpuMicros }) => cpuMicros)).toFixed(1),
      list(
        (first?.rssBytes ?? []).map((bytes) => bytes / 1e6),
        0,
      ),
    ]
  })
  const head = [
    'claimed',
    'publishes a second',
    'taken',
    'refused',
    'CPU for each, µs',
    'memory, MB: at first, then after each minute',
  ]
  return `
## Publish once

Fifty clients publish a hundred times a second each, through WebSockets of their own, with nobody subscribed, for ten minutes (by ids: four). Each publish is claimed, so that it happens once however often it is sent (I5). Of turns the hub remembers the last number of each client and channel; of ids it remembers each, for the publish window, and refuses what is more than it may remember. Memory is that of the whole server process after collecting garbage.

${table(head, rows)}`
}
