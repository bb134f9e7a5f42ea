import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The site, running in production mode in a process of its own. */
export interface Site {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  /** Everything it has printed. */
  readonly printed: () => string
  /** Runs a statement in its database, as somebody at another terminal does. */
  sql(statement: string): Promise<readonly Record<string, unknown>[]>
  /** Publishes a message into a room over HTTP and returns its id. */
  publish(room: string, id: string): Promise<string>
  /** Ends it without any goodbye, as a crash would, and waits until it is gone. */
  kill(): Promise<void>
}

const dir = fileURLToPath(new URL('../../examples/site', import.meta.url))

/** How to start the site. */
export interface SiteOptions {
  /** 0 takes a free one. */
  readonly port?: number
  readonly execArgv?: readonly string[]
  /** Where it keeps its channels, as `npm start` does. Default: in memory. */
  readonly folder?: string
  /** The files with which it speaks TLS itself. Default: it does not. */
  readonly tls?: { readonly keyFile: string; readonly certFile: string }
  /** How long the token of a member counts, in milliseconds. Default: that of the site, five minutes. */
  readonly tokenLifeMs?: number
  /** How long a member without a connection stays, in milliseconds. Default: that of the hub, two seconds. */
  readonly leaveAfterMs?: number
  /** Whether it runs as `npm run dev` runs it. Default: as `npm start`. */
  readonly dev?: boolean
  /** Other variables of its environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether it has a database, in its process and in `folder`. Default: it has none, and no pages of one. */
  readonly database?: boolean
}

/** Starts the site. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const { child, printed } = spawnSite(options)
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /https?:\/\/localhost:\d+/.exec(printed())?.[0]
      if (found) resolve(found)
    })
    child.once('exit', () => reject(new Error(`The site ended before it served:\n${printed()}`)))
  })
  return {
    url,
    port: Number(new URL(url).port),
    process: child,
    printed,
    async sql(statement) {
      const doorOf = () => /http:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(printed())?.[0]
      while (doorOf() === undefined && child.stdout) await once(child.stdout, 'data')
      const answer = await fetch(doorOf() ?? '', { method: 'POST', body: statement })
      if (!answer.ok) throw new Error(await answer.text())
      return answer.json()
    },
    async publish(room, id) {
      const answer = await fetch(`${url}/baro/channels/room:${room}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'message', payload: { name: 'log', text: `text of ${id}` }, id }),
      })
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
      return id
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** Starts the process of the site without waiting for anything. */
export function spawnSite({
  port = 0,
  execArgv = [] as readonly string[],
  folder,
  tls,
  tokenLifeMs,
  leaveAfterMs,
  database = false,
  dev = false,
  env = {},
}: SiteOptions = {}): {
  child: ChildProcess
  printed: () => string
} {
  const disk = folder === undefined ? [] : ['--disk']
  const encrypted = tls ? ['--key', tls.keyFile, '--cert', tls.certFile] : []
  const args = ['--import', 'tsx/esm', ...execArgv, 'server/start.ts', ...(dev ? ['--dev'] : []), ...disk, ...encrypted]
  const child = spawn(process.execPath, args, {
    cwd: dir,
    env: {
      ...process.env,
      PORT: String(port),
      BARO_FOLDER: folder ?? '',
      TOKEN_LIFE_MS: `${tokenLifeMs ?? ''}`,
      LEAVE_AFTER_MS: `${leaveAfterMs ?? ''}`,
      DATABASE_URL: database ? '' : 'none',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text += chunk
    })
  return { child, printed: () => text }
}
