import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** One node as a process, at a port of its own. */
export interface NodeProcess {
  readonly port: number
  signal(signal: NodeJS.Signals): void
  /** Ends it without a word. */
  kill(): Promise<void>
  /** Starts it again, and resolves once it listens. */
  start(): Promise<void>
}

/** Makes one that has not started yet: its script gets the port, and what follows it. */
export function createNodeProcess(
  port: number,
  rest: readonly string[],
  script: URL = new URL('node.ts', import.meta.url),
): NodeProcess {
  let child: ChildProcess | undefined
  process.once('exit', () => child?.kill('SIGKILL'))
  return {
    port,
    signal: (signal) => void child?.kill(signal),
    async kill() {
      const ended = child
      child = undefined
      if (!ended || ended.exitCode !== null || ended.signalCode !== null) return
      const exit = new Promise((resolve) => ended.once('exit', resolve))
      ended.kill('SIGKILL')
      await exit
    },
    start: () =>
      new Promise((resolve) => {
        const args = ['--conditions=baro-source', '--import', 'tsx', fileURLToPath(script), String(port), ...rest]
        child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
        child.stdout?.once('data', () => resolve())
        // It was killed before it was ready.
        child.once('exit', () => resolve())
      }),
  }
}
