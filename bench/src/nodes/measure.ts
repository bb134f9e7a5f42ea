import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type RedisServer, startRedis } from '@baro/testing/redis'
import { WebSocket } from 'ws'
import { type ClientDialect, dialectOf } from './dialects.ts'

/** What it took to have clients talk over nodes for a while. */
export interface NodesRun {
  readonly kind: string
  readonly nodes: number
  readonly perSecond: number
  /** From the publish until the subscriber had it, which is on another node if there is one. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Microseconds of CPU for each publication: of each node, and of Redis. */
  readonly nodeMicros: readonly number[]
  readonly redisMicros: number
  readonly published: number
  readonly heard: number
}

/** How much is published: in so many channels, each with one who publishes and one who follows. */
export interface NodesPlan {
  readonly channels: number
  readonly perSecond: number
  readonly seconds: number
  readonly warmupSeconds: number
}

interface Worker {
  readonly port: number
  cpuMicros(): Promise<number>
}

/** Has clients talk, in fresh processes on a fresh Redis. */
export async function measureNodes(kind: string, nodes: number, plan: NodesPlan): Promise<NodesRun> {
  const children: ChildProcess[] = []
  const redis = await startRedis()
  try {
    const workers: Worker[] = []
    for (let core = 0; core < nodes; core++) workers.push(await startNode(kind, redis.url, core, children))
    return await measure(kind, workers, redis, plan)
  } finally {
    for (const child of children) child.kill()
    await redis.close()
  }
}

async function startNode(kind: string, url: string, core: number, children: ChildProcess[]): Promise<Worker> {
  const path = fileURLToPath(new URL('node.ts', import.meta.url))
  const command = ['-c', String(core), process.execPath, '--import', 'tsx', path, kind, url]
  const child = spawn('taskset', command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  children.push(child)
  const next = () =>
    new Promise<{ readonly port?: number; readonly cpuMicros?: number }>((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`A node of ${kind} ended with ${code}.`))
      child.once('exit', ended).once('message', (answer) => {
        child.off('exit', ended)
        resolve(answer as { port?: number; cpuMicros?: number })
      })
    })
  const { port = 0 } = await next()
  return {
    port,
    async cpuMicros() {
      const answer = next()
      child.send('cpu')
      return (await answer).cpuMicros ?? 0
    },
  }
}

async function measure(
  kind: string,
  workers: readonly Worker[],
  redis: RedisServer,
  { channels, perSecond, seconds, warmupSeconds }: NodesPlan,
): Promise<NodesRun> {
  let [published, heard, isMeasured] = [0, 0, false]
  const latenciesMs: number[] = []
  const received = (text: string): void => {
    // Several may come in one frame.
    for (const [, at] of text.matchAll(/#([\d.]+)#/g)) {
      heard++
      if (isMeasured) latenciesMs.push(performance.now() - Number(at))
    }
  }
  const dialect = dialectOf(kind)
  const portOf = (index: number): number => workers[index % workers.length]?.port ?? 0
  const publishers: ((text: string) => void)[] = []
  for (let from = 0; from < channels; from += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, channels - from) }, async (_, at) => {
        const index = from + at
        const name = `bench:${index}`
        await open(portOf(index + 1), dialect(name, true), received)
        publishers[index] = await open(portOf(index), dialect(name, false), () => {})
      }),
    )
  const filling = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(3)
  const publishFor = async (forMs: number): Promise<void> => {
    const [beganAtMs, first] = [performance.now(), published]
    const total = Math.floor((forMs / 1_000) * perSecond)
    while (published - first < total) {
      await wait(1)
      const due = Math.min(total, Math.floor(((performance.now() - beganAtMs) / 1_000) * perSecond))
      for (; published - first < due; published++)
        publishers[published % channels]?.(`#${performance.now().toFixed(3)}# ${filling}`)
    }
    for (let tries = 0; heard < published && tries < 500; tries++) await wait(10)
  }
  const cpu = () => Promise.all([cpuOfRedis(redis), ...workers.map((worker) => worker.cpuMicros())])
  await publishFor(warmupSeconds * 1_000)
  const [before, counted] = [await cpu(), { published, heard }]
  isMeasured = true
  await publishFor(seconds * 1_000)
  const after = await cpu()
  const [redisMicros = 0, ...nodeMicros] = after.map(
    (micros, index) => (micros - (before[index] ?? 0)) / (published - counted.published),
  )
  latenciesMs.sort((a, b) => a - b)
  const quantile = (share: number): number => latenciesMs[Math.floor(share * latenciesMs.length)] ?? Number.NaN
  return {
    ...{ kind, nodes: workers.length, perSecond, p50Ms: quantile(0.5), p99Ms: quantile(0.99), nodeMicros, redisMicros },
    ...{ published: published - counted.published, heard: heard - counted.heard },
  }
}

/** Resolves with how it publishes, once it may begin. */
function open(port: number, dialect: ClientDialect, received: (text: string) => void): Promise<(text: string) => void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${dialect.path}`, { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('open', () => {
      for (const text of dialect.opened) socket.send(text)
    })
    socket.on('message', (bytes) => {
      const text = String(bytes)
      if (text.includes('#')) return received(text)
      const { say, ready } = dialect.heard(text)
      if (say !== undefined) socket.send(say)
      if (ready) resolve((one) => socket.send(dialect.publish(one)))
    })
  })
}

async function cpuOfRedis(redis: RedisServer): Promise<number> {
  const info = await redis.command('INFO', 'cpu')
  const of = (field: string) => Number(new RegExp(`^${field}:(.*)$`, 'm').exec(info)?.[1])
  return (of('used_cpu_user') + of('used_cpu_sys')) * 1e6
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
