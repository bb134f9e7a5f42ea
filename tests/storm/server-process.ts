import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The server of the storm, life after life. */
export interface ServerProcess {
  readonly port: number
  /** As a machine that has no time for it. */
  freeze(): void
  thaw(): void
  /** As a crash. Resolves once it is gone. */
  kill(): Promise<void>
  /** As a deploy. Resolves once it is gone. */
  stop(): Promise<void>
  /** The next life, on the same port and folder. Resolves once it listens. */
  start(): Promise<void>
}

const script = fileURLToPath(new URL('server.ts', import.meta.url))

/** Starts it on a free port. */
export async function startServer(folder: string): Promise<ServerProcess> {
  let port = 0
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const args = ['--conditions=baro-source', '--import', 'tsx', script, folder, String(port)]
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    child = started
    let text = ''
    port = await new Promise<number>((resolve, reject) => {
      started.stdout?.setEncoding('utf8').on('data', (more: string) => {
        text += more
        const found = /^at (\d+)$/m.exec(text)
        if (found) resolve(Number(found[1]))
      })
      started.once('exit', (code, signal) =>
        reject(new Error(`The server ended (${code ?? signal}) before it listened.`)),
      )
    })
  }
  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  await start()
  return {
    get port() {
      return port
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
  }
}
