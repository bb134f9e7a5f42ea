import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

/** Says on what this ran, and how quiet that was before it began. */
export function describeMachine(): string {
  const gib = Math.round(totalmem() / 2 ** 30)
  const cores = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`
  const quiet = `load average ${(loadavg()[0] ?? 0).toFixed(2)} when it began`
  return `Node ${process.versions.node}, Linux ${release()}, ${cores}, ${gib} GiB, ${quiet}`
}

/** Stops with a sentence if this machine cannot measure what is asked. */
export function assertFit(subscribers: number, openFiles: number): void {
  if (process.platform !== 'linux') throw new Error('The bench pins processes with taskset: run it on Linux.')
  if (availableParallelism() < 2) throw new Error('The bench needs two cores: one for the server, one for the load.')
  execFileSync('taskset', ['--version'], { stdio: 'ignore' })
  if (openFiles < subscribers + 200)
    throw new Error(
      `${subscribers} subscribers need as many open files, and the limit here is ${openFiles}: raise it (ulimit -n).`,
    )
}
