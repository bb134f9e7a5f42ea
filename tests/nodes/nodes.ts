/** `npm run nodes -- SEED MINUTES [lose | cluster]`: the long form of `nodes.test.ts`. */
import { run } from './run.ts'

const [seed = '1', minutes = '3', word = ''] = process.argv.slice(2)
const on = word === 'lose' ? 'a pair that loses' : word === 'cluster' ? 'a cluster' : 'a pair'
const figures = await run({ seed, ms: Number(minutes) * 60_000, clients: 15, patienceMs: 30_000, on })
console.log(`Seed ${seed}, ${minutes} minutes, on ${on}`)
console.log(JSON.stringify(figures, undefined, 2))
const missed = Object.entries(figures.faults).filter(([, count]) => count === 0)
for (const [fault] of missed) console.log(`It was too short: "${fault}" did not happen.`)
process.exit(figures.complaints.length + missed.length === 0 ? 0 : 1)
