/** The checker in its long form: `main.ts URL [--changes=N] [--feed=…] …`. The URL may be `embedded:DIRECTORY`. */
import { parseArgs } from 'node:util'
import { runChecker } from './run-checker.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changes: { type: 'string', default: '1000000' },
    feed: { type: 'string', default: 'triggers' },
    rule: { type: 'string', default: 'visibility' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    readers: { type: 'string', default: '60' },
  },
})
const [url = ''] = positionals
const { changes, feed, rule, seed, readers } = values
const started = performance.now()
const { examples, ...report } = await runChecker({
  ...{ url, changes: Number(changes), writers: 8, readers: Number(readers), seed: Number(seed) },
  rule: rule as 'visibility' | 'log',
  ...(feed === 'replication' && { feed, feedCutEveryMs: 1_500 }),
  ...{ cutEveryMs: 1_500, killEveryMs: 20_000, lifeMs: 6_000, travelMs: 1_000, settleMs: 120_000 },
  // An embedded database has one session, for which all others wait.
  longestTransactionMs: url.startsWith('embedded:') ? 100 : 3_000,
  tell: (line) => console.log(line),
})
for (const example of examples) console.log(example)
console.log(
  JSON.stringify({ seed, ...report, seconds: Math.round((performance.now() - started) / 1_000) }, undefined, 2),
)
// Readers that were never let in would find nothing wrong; and with another rule they must find something.
const isAsWanted = rule === 'visibility' ? report.violations === 0 : report.violations > 0
process.exitCode = isAsWanted && report.taken > 0 && report.recovered > 0 ? 0 : 1
