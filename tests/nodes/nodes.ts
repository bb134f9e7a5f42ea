/** `npm run nodes -- SEED MINUTES [lose]`: the long form of `nodes.test.ts`. */
import { run } from './run.ts'

const [seed = '1', minutes = '3', loses] = process.argv.slice(2)
const figures = await run({
  seed,
  ms: Number(minutes) * 60_000,
  clients: 15,
  patienceMs: 30_000,
  loses: loses === 'lose',
})
console.log(`Seed ${seed}, ${minutes} minutes${loses ? ', Redis may lose everything' : ''}`)
console.log(JSON.stringify(figures, undefined, 2))
process.exit(figures.complaints.length === 0 ? 0 : 1)
