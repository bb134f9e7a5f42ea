/**
 * `npm run check`, before the tests: lint, build, types, sizes and the short row of the newcomer. Each waits for the network, or has one
 * thread, for a part of its time; so what does not need the other runs beside it. Each prints at its end, with the seconds that it took.
 */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

let isFine = true

/** Runs a script of npm, and says what it printed; settles with whether it succeeded. */
async function run(script: string, env: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const began = performance.now()
  // One pipe for both: what it printed stays in its order.
  const child = spawn(`npm run ${script} 2>&1`, {
    shell: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const printed = await text(child.stdout)
  const isDone = (await ended) === 0
  isFine &&= isDone
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  console.log(`${printed.trim()}\n\n${isDone ? '✓' : '✗'} npm run ${script}, ${seconds} s`)
  return isDone
}

/** What needs the built packages. */
async function built(): Promise<unknown> {
  if (!(await run('build:packages'))) return
  const typesAndSizes = async () => (await run('types')) && (await run('size'))
  // In CI it keeps nothing for the next build, which is a third of its work.
  return Promise.all([run('newcomer:short'), run('build:site', { CI: 'true' }), typesAndSizes()])
}

await Promise.all([run('lint'), built()])
if (!isFine) process.exitCode = 1
