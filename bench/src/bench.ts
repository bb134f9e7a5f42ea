/**
 * `npm run bench -w @baro/bench`: measures, and writes bench/README.md. With `--quick` it measures less and only prints
 * the page: what a minute tells is not worth keeping.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type FanoutPlan, measureFanout, windowSize } from './fanout.ts'
import { assertFit, describeMachine } from './machine.ts'
import { openFilesLimit } from './processes.ts'
import { writeReadme } from './readme.ts'
import { measureRecover } from './recover.ts'
import { interleave } from './runs.ts'

const isQuick = process.argv.includes('--quick')
const rounds = isQuick ? 1 : 5
const sizes = isQuick ? [100, 1_000] : [100, 1_000, 10_000]
const returning = isQuick ? 500 : 5_000
const behind = 20

/** As many messages as give each measurement about the same number of deliveries. */
function planFor(subscribers: number): FanoutPlan {
  const messages = (deliveries: number): number => Math.ceil(deliveries / subscribers / windowSize) * windowSize
  const share = isQuick ? 0.1 : 1
  return {
    subscribers,
    warmup: messages(150_000 * share),
    oneAtATime: messages(400_000 * share),
    inFlight: messages(800_000 * share),
  }
}

assertFit(Math.max(...sizes, returning), openFilesLimit())
const machine = describeMachine()
const fanout = []
for (const subscribers of sizes)
  fanout.push(
    ...(await interleave(rounds, ['net', 'ws', 'socket.io', 'baro'], async (server) => {
      const run = await measureFanout(server, planFor(subscribers))
      console.log(JSON.stringify(run))
      return run
    })),
  )
const recover = await interleave(
  rounds,
  [
    { server: 'baro', subscribers: returning, behind: 0 },
    { server: 'baro', subscribers: returning, behind },
    { server: 'socket.io with recovery', subscribers: returning, behind: 0 },
    { server: 'socket.io with recovery', subscribers: returning, behind },
  ],
  async ({ server, ...plan }) => {
    const run = await measureRecover(server, plan)
    console.log(JSON.stringify(run))
    return run
  },
)
const readme = writeReadme({ machine, command: 'npm run bench -w @baro/bench', fanout, recover })
if (isQuick) console.log(readme)
else writeFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), readme)
