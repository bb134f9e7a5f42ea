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
  /** The server that has the slot of a key. */
  ownerOf(key: string): Promise<RedisServer>
  /**
   * Moves the slot of a key to another server, one by one of its keys, as `redis-cli --cluster reshard` does.
   *
   * @param between Called after each key.
   */
  moveSlot(key: string, between?: () => Promise<void> | void): Promise<void>
  /** Starts one more server, that follows another one, and resolves once it has what that one has. */
  addReplica(of: RedisServer): Promise<RedisServer>
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
  const all = [...servers]
  const ownerOf = async (key: string): Promise<RedisServer> => {
    for (const server of all) if ((await server.command('EXISTS', key).catch(() => '')) !== '') return server
    throw new Error(`Nobody has the slot of ${key}.`)
  }
  return {
    servers,
    urls: servers.map(({ url }) => url),
    ownerOf,
    async moveSlot(key, between = () => {}) {
      const from = await ownerOf(key)
      const slot = await from.command('CLUSTER', 'KEYSLOT', key)
      const masters = await mastersOf(all)
      const to = masters.find((server) => server !== from)
      if (!to) throw new Error('There is no other master.')
      const [fromId, toId] = [await from.command('CLUSTER', 'MYID'), await to.command('CLUSTER', 'MYID')]
      await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
      await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
      for (;;) {
        const one = await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '1')
        if (one === '') break
        await from.command('MIGRATE', '127.0.0.1', String(to.port), one, '0', '5000')
        await between()
      }
      for (const server of [to, from, ...masters]) await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
    },
    async addReplica(of) {
      const { server } = await startAnew(startMember)
      all.push(server)
      await server.command('CLUSTER', 'MEET', '127.0.0.1', String(of.port), String(members[servers.indexOf(of)]?.bus))
      const id = await of.command('CLUSTER', 'MYID')
      // It must have heard of the other one first.
      for (let tries = 0; !(await server.command('CLUSTER', 'NODES')).includes(id); tries++) {
        if (tries > 2_400) throw new Error('The replica does not meet its master.')
        await pause()
      }
      await server.command('CLUSTER', 'REPLICATE', id)
      for (let tries = 0; !(await server.command('INFO', 'replication')).includes('master_link_status:up'); tries++) {
        if (tries > 2_400) throw new Error('The replica does not follow.')
        await pause()
      }
      return server
    },
    async close() {
      await Promise.all(all.map((server) => server.close()))
    },
  }
}

async function mastersOf(servers: readonly RedisServer[]): Promise<readonly RedisServer[]> {
  const roles = await Promise.all(servers.map((server) => server.command('INFO', 'replication')))
  return servers.filter((_, index) => roles[index]?.includes('role:master'))
}

function pause(): Promise<void> {
  return new Promise((resolve) => void systemClock.after(25, resolve))
}
