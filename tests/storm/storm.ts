/**
 * `npm run storm -- SEED MINUTES [nodes]`: a storm on real sockets, and what was wrong after it. A seed repeats what happens, and when.
 * With `nodes` it is over three nodes on Redis and PostgreSQL, else over one server that keeps everything on disk.
 */
import { oneServer } from './one-server.ts'
import { runStorm } from './run-storm.ts'
import { threeNodes } from './three-nodes.ts'

const [seed = '1', minutes = '2', where] = process.argv.slice(2)
const { wrong, faults, outcomes, kept, calmMs, goneMs } = await runStorm({
  over: where === 'nodes' ? await threeNodes(seed) : await oneServer(),
  seed,
  ms: Number(minutes) * 60_000,
  vanish: true,
  report: (sentence) => console.log(`${seed}: ${sentence}`),
})
const listed = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
console.log(
  `${seed}: ${kept} in the room; ${listed(outcomes)}; ${listed(faults)}; all showed the same ${(calmMs / 1_000).toFixed(1)} s after; who vanished was out after ${((goneMs ?? 0) / 1_000).toFixed(1)} s; ${wrong.length} wrong.`,
)
for (const sentence of wrong) console.log(sentence)
process.exit(wrong.length > 0 ? 1 : 0)
