import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** One process of the site. */
export interface SiteNode {
  readonly name: string
  /** Where it answers; `undefined` while it does not. */
  readonly port: number | undefined
  /** How many requests it has answered. */
  answered: number
  /** Resolves once it serves. */
  start(): Promise<void>
  /** Ends it without a word, as a crash would. */
  kill(): Promise<void>
  /** Sends its clients to the others, and ends it. */
  drain(): Promise<void>
}

const folder = fileURLToPath(new URL('..', import.meta.url))

/** Makes one that has not started yet. */
export function createSiteNode(name: string, env: Readonly<Record<string, string>>): SiteNode {
  let child: ChildProcess | undefined
  let port: number | undefined

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ended = child
    port = undefined
    child = undefined
    if (!ended || ended.exitCode !== null || ended.signalCode !== null) return
    const exit = once(ended, 'exit')
    ended.kill(signal)
    await exit
  }

  process.once('exit', () => child?.kill('SIGKILL'))
  return {
    name,
    get port() {
      return port
    },
    answered: 0,
    async start() {
      if (child) return
      const started = spawn(process.execPath, ['--import', 'tsx/esm', 'server/start.ts'], {
        cwd: folder,
        env: { ...process.env, ...env, PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      child = started
      started.once('exit', () => {
        if (child === started) [child, port] = [undefined, undefined]
      })
      let printed = ''
      for await (const chunk of started.stdout) {
        printed += chunk
        const found = /localhost:(\d+)/.exec(printed)?.[1]
        if (found === undefined) continue
        port = Number(found)
        break
      }
      started.stdout.resume()
      if (port === undefined) throw new Error(`Node ${name} ended before it served.`)
    },
    kill: () => end('SIGKILL'),
    drain: () => end('SIGTERM'),
  }
}
