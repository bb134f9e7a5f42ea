/**
 * `npm run simulation`: ten hours on the clock of the simulation in which tokens expire and users are revoked, and about as
 * many without, and as many of who is here (I9); `npm run simulation -- 100`: a hundred. It prints how often each fault and each path happened, and ends with
 * an error if an invariant did not hold, or if something never happened.
 */
import { PresenceTally, Tally } from '@baro/testing'
import { runPresenceShards, runShards } from './simulation-shards.ts'

const hourMs = 3_600_000
const hours = Number(process.argv[2] ?? 10)
if (!(hours > 0)) throw new Error(`${process.argv[2]} is not a number of hours.`)

/** Seeds between two looks at the clock. */
const batch = 100

const tally = new Tally()
const failures: string[] = []
let [elapsedMs, elapsedWithExpiryMs, seeds] = [0, 0, 0]
while (elapsedWithExpiryMs < hours * hourMs) {
  for (const report of await runShards(seeds + 1, seeds + batch)) {
    tally.add(report.counts)
    failures.push(...report.failures)
    elapsedMs += report.elapsedMs
    elapsedWithExpiryMs += report.elapsedWithExpiryMs
  }
  seeds += batch
}
console.log([...tally].map(([name, times]) => `${String(times).padStart(8)}  ${name}`).join('\n'))

const present = new PresenceTally()
let [presentMs, presentSeeds] = [0, 0]
while (presentMs < hours * hourMs) {
  for (const report of await runPresenceShards(presentSeeds + 1, presentSeeds + batch)) {
    present.add(report.counts)
    failures.push(...report.failures)
    presentMs += report.elapsedMs
  }
  presentSeeds += batch
}
console.log([...present].map(([name, times]) => `${String(times).padStart(8)}  ${name}`).join('\n'))

const inHours = (ms: number) => (ms / hourMs).toFixed(1)
console.log(
  `${seeds} schedules, ${inHours(elapsedMs)} hours, ${inHours(elapsedWithExpiryMs)} of them with tokens that expire; ${presentSeeds} of who is here, ${inHours(presentMs)} hours`,
)
for (const failure of failures) console.error(failure)
const missing = [...tally.missing, ...present.missing]
for (const name of missing) console.error(`never happened: ${name}`)
if (failures.length > 0 || missing.length > 0) process.exitCode = 1
