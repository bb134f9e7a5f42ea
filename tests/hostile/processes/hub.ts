/** A hub with the heap of a small machine, which tells how it is doing. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Log } from '@baro/core'
import { type Counters, createHub, createServerKey } from '@baro/server'
import { mount } from '@baro/socket.io'
import { mount as mountSupabase } from '@baro/supabase'
import { desk, origin, room, shelf } from '../channels.ts'
import { coreWaitMs } from './core-wait.ts'
import { startPlainServer } from './plain-server.ts'
import { serveOrders } from './worker.ts'

/** What a hub is asked. `rest`: collect garbage first. Both begin a new stretch of time. */
export interface HubOrder {
  readonly do: 'tell' | 'rest'
}

/** How a hub is doing. What is no state is of the stretch of time since it was asked last. */
export interface HubFigures {
  readonly port: number
  /** Of a plain server in the same process. */
  readonly plainPort: number
  /** Heap and buffers outside of it, in bytes: now, and at most. */
  readonly heapBytes: number
  readonly peakHeapBytes: number
  readonly cpuMs: number
  /** For how long it could have gone on and others had its core: somebody else's processes, or its own garbage collectors. */
  readonly coreWaitMs: number
  /** The longest time that its event loop stood still. */
  readonly longestTurnMs: number
  readonly logLines: number
  readonly logBytes: number
  readonly counters: Readonly<Counters>
}

// Nobody who runs a hub has them: with them, each reset connection costs ten times as much.
process.setSourceMapsEnabled(false)

const sampleMs = 50
let logLines = 0
let logBytes = 0
const keep = (_: object, line: string): void => {
  logLines++
  logBytes += line.length
}
const log: Log = { info: keep, warn: keep, error: keep }

const isUnmetered = process.argv.includes('unmetered')
const unbounded = { messagesPerSecond: 1e9, bytesPerSecond: 1e15 }
const hub = createHub({
  ...(isUnmetered && { limits: unbounded }),
  channels: [room, desk, shelf],
  auth: ({ token }) => (token?.startsWith('user-') ? { id: token } : undefined),
  origins: [origin],
  // There is one, and nobody has it.
  keys: [{ name: 'orders', hashes: [createServerKey('orders').hash], channels: ['room:{id}'], actions: ['publish'] }],
  development: false,
  log,
})
hub.on(room, {
  access: 'public',
  events: { said: ({ payload, publish }) => publish('said', payload) },
  signals: {
    typing: ({ signal }) => signal('typing', {}),
    cursor: ({ payload, signal }) => signal('cursor', payload, { key: 'cursor' }),
  },
  requests: { echo: ({ payload }) => payload },
})
hub.on(desk, {
  access: ({ user }) => user !== undefined,
  events: { said: ({ payload, publish }) => publish('said', payload) },
})
hub.on(shelf, { access: 'public', events: { put: ({ payload, publish }) => publish('put', payload) } })

mount(
  hub,
  (io) => {
    io.on('connection', (socket) => {
      socket.on('join', (name: string) => socket.join(name))
      socket.on('leave', (name: string) => socket.leave(name))
    })
  },
  { member: () => ({ name: 'a socket' }) },
)

mountSupabase(hub)

const { port } = await hub.listen(0)
const plainPort = await startPlainServer()
const loop = monitorEventLoopDelay({ resolution: 1 })
loop.enable()

// `process.memoryUsage` asks the system for more than this, and that took up to 10 ms.
function heapBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

let peakHeapBytes = 0
let cpu = process.cpuUsage()
let waitedMs = coreWaitMs()
function sample(): void {
  peakHeapBytes = Math.max(peakHeapBytes, heapBytes())
}
setInterval(sample, sampleMs)

serveOrders<HubOrder, HubFigures>(async (order) => {
  if (order.do === 'rest') globalThis.gc?.()
  sample()
  const { user, system } = process.cpuUsage(cpu)
  const figures: HubFigures = {
    ...{ port, plainPort },
    heapBytes: heapBytes(),
    peakHeapBytes,
    cpuMs: (user + system) / 1_000,
    coreWaitMs: coreWaitMs() - waitedMs,
    longestTurnMs: loop.max / 1e6,
    logLines,
    logBytes,
    counters: structuredClone(hub.counters) as Counters,
  }
  peakHeapBytes = 0
  logLines = logBytes = 0
  cpu = process.cpuUsage()
  waitedMs = coreWaitMs()
  loop.reset()
  return figures
})
