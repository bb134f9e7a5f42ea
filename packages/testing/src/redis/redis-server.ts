import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@baro/core/broker'
import { freePort } from './free-port.ts'
import { say } from './say.ts'

/** A Redis of its own, that nobody else uses. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  readonly folder: string
  /** Sends a command, as an operator would; a list comes as its lines. */
  command(...args: readonly string[]): Promise<string>
  signal(signal: NodeJS.Signals): void
  /** Ends it as a power failure of the process would. */
  kill(): Promise<void>
  /** Starts it again on what it kept. */
  start(): Promise<void>
  close(): Promise<void>
}

const path = process.env.REDIS_SERVER ?? 'redis-server'

/** A port that was free may be taken before the server listens: on a machine with much to do often enough. */
const mostStarts = 5

/** Starts one on a free port, with its data in a temporary folder. */
export function startRedis(...settings: readonly string[]): Promise<RedisServer> {
  return startAnew(() => startOnce(settings))
}

async function startAnew<Started>(start: () => Promise<Started>): Promise<Started> {
  for (let starts = 1; ; starts++)
    try {
      return await start()
    } catch (error) {
      if (starts === mostStarts) throw error
    }
}

async function startOnce(settings: readonly string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'baro-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const base = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--loglevel', 'warning']
    const started = spawn(path, [...base, ...settings], { stdio: 'ignore' })
    child = started
    let failure: unknown
    started.once('error', (error) => {
      failure = error
    })
    for (let tries = 0; ; tries++) {
      const is = await command('PING').catch((error: Error) => error.message)
      if (is === 'PONG' || /^(NOAUTH|NOPERM)/.test(is)) return
      if (failure !== undefined || started.exitCode !== null || tries > 400)
        throw new Error(`redis-server does not start: install it, or set REDIS_SERVER to its path. ${failure ?? is}`)
      await pause()
    }
  }

  const command = (...args: readonly string[]): Promise<string> => say(port, args)

  async function kill(): Promise<void> {
    const ended = child
    child = undefined
    if (!ended || ended.exitCode !== null || ended.signalCode !== null) return
    const exit = new Promise((resolve) => ended.once('exit', resolve))
    ended.kill('SIGKILL')
    await exit
  }

  process.once('exit', () => child?.kill('SIGKILL'))
  await start().catch((error) => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    command,
    signal: (signal) => void child?.kill(signal),
    kill,
    start,
    async close() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A cluster of three masters. */
export interface RedisCluster {
  readonly servers: readonly RedisServer[]
  readonly urls: readonly string[]
  close(): Promise<void>
}

/** Starts one. */
export async function startRedisCluster(...settings: readonly string[]): Promise<RedisCluster> {
  const asCluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', ...settings]
  // By default the bus of a cluster is 10,000 above the port, which may be no port at all.
  const startMember = async () => {
    const bus = await freePort()
    return { bus, server: await startOnce([...asCluster, '--cluster-port', String(bus)]) }
  }
  const members = await Promise.all([1, 2, 3].map(() => startAnew(startMember)))
  const servers = members.map(({ server }) => server)
  const share = Math.ceil(16_384 / servers.length)
  for (const [index, server] of servers.entries()) {
    const last = Math.min(16_383, (index + 1) * share - 1)
    await server.command('CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(last))
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
  }
  for (const server of servers.slice(1))
    await server.command('CLUSTER', 'MEET', '127.0.0.1', String(servers[0]?.port), String(members[0]?.bus))
  // With `cluster-require-full-coverage no` one that knows a part of the slots says that all is well.
  const isWhole = (info: string) =>
    info.includes('cluster_state:ok') &&
    info.includes('cluster_slots_ok:16384') &&
    info.includes(`cluster_size:${servers.length}`)
  for (const server of servers)
    for (let tries = 0; !isWhole(await server.command('CLUSTER', 'INFO')); tries++) {
      if (tries > 2_400) throw new Error('The cluster does not come up.')
      await pause()
    }
  return {
    servers,
    urls: servers.map(({ url }) => url),
    async close() {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => void systemClock.after(25, resolve))
}
