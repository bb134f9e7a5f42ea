/** The checker in its long form: `main.ts URL CHANGES [FEED] [RULE] [SEED]`, or `main.ts embedded:DIRECTORY CHANGES`. */
import { runChecker } from './run-checker.ts'

const [url = '', changes = '1000000', feed, rule = 'visibility', seed = String(Date.now() % 1_000_000)] =
  process.argv.slice(2)
const started = performance.now()
const { examples, ...report } = await runChecker({
  ...{ url, changes: Number(changes), writers: 8, readers: 60, seed: Number(seed) },
  rule: rule as 'visibility' | 'log',
  ...(feed === 'replication' && { feed, feedCutEveryMs: 1_500 }),
  ...{ cutEveryMs: 1_500, killEveryMs: 20_000, lifeMs: 6_000, travelMs: 1_000, settleMs: 120_000 },
  // An embedded database has one session, for which all others wait.
  longestTransactionMs: url.startsWith('embedded:') ? 100 : 3_000,
  tell: (line) => console.log(line),
})
for (const example of examples) console.log(example)
console.log(JSON.stringify({ ...report, seconds: Math.round((performance.now() - started) / 1_000) }, undefined, 2))
// Readers that were never let in would find nothing wrong.
process.exitCode = report.violations === 0 && report.taken > 0 && report.recovered > 0 ? 0 : 1
