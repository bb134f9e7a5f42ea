/** The process of one node: `node.ts KIND REDIS_URL`. It says where it listens, and what CPU time it has taken whenever it is asked. */
import { createServer } from 'node:http'
import { channel } from '@baro/core'
import type { Broker } from '@baro/core/broker'
import { createRedisBroker } from '@baro/redis'
import { createHub, createMemoryBroker } from '@baro/server'
import { createClient } from '@redis/client'
import { createAdapter } from '@socket.io/redis-adapter'
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter'
import { Server } from 'socket.io'
import { z } from 'zod'
import { createCentrifugoServer } from '../servers/centrifugo.ts'
import { listenOnLoopback } from '../servers/listen.ts'

interface BenchNode {
  listen(): Promise<number>
  cpuMicros?(): number
}

function createHubNode(broker: Broker): BenchNode {
  const room = channel('bench:{number}', { events: { tick: z.object({ text: z.string() }) } })
  const hub = createHub({
    channels: [room],
    broker,
    // All clients come from one address here, and the peers have no bound that they could reach.
    limits: { timesPerAddress: Number.POSITIVE_INFINITY, maxConnectionsPerAddress: Number.POSITIVE_INFINITY },
    heartbeatIntervalMs: 600_000,
    log: { info() {}, warn: console.warn, error: console.error },
  })
  hub.on(room, { access: 'public', events: { tick: ({ payload, publish }) => publish('tick', payload) } })
  return { listen: async () => (await hub.listen(0)).port }
}

const claimLimits = { perAddress: 250_000, guests: 250_000 }

async function createSocketIoNode(url: string, withStreams: boolean): Promise<BenchNode> {
  const [client, ears] = [createClient({ url }), createClient({ url })]
  await Promise.all([client.connect(), ears.connect()])
  const http = createServer()
  const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    adapter: withStreams ? createStreamsAdapter(client) : createAdapter(client, ears),
  })
  io.on('connection', (socket) => {
    socket.on('join', (name, done) => {
      socket.join(name)
      done()
    })
    socket.on('tick', (name, text) => io.to(name).emit('tick', text))
  })
  return { listen: () => listenOnLoopback(http) }
}

const kinds: Readonly<Record<string, (url: string) => BenchNode | Promise<BenchNode>>> = {
  'baro in memory': () => createHubNode(createMemoryBroker({ claimLimits })),
  'baro on redis': async (url) =>
    createHubNode(
      await createRedisBroker({ url, claimLimits, log: { info() {}, warn: console.warn, error: console.error } }),
    ),
  'socket.io, redis adapter': (url) => createSocketIoNode(url, false),
  'socket.io, streams adapter': (url) => createSocketIoNode(url, true),
  centrifugo: (url) => createCentrifugoServer({ redis: url }),
}

const [kind = '', url = ''] = process.argv.slice(2)
const node = await kinds[kind]?.(url)
if (!node) throw new Error(`There is no node "${kind}". There are: ${Object.keys(kinds).join(', ')}.`)

function ownCpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

process.on('message', () => process.send?.({ cpuMicros: node.cpuMicros?.() ?? ownCpuMicros() }))
process.send?.({ port: await node.listen() })
// What it has started ends with it.
process.once('SIGTERM', () => process.exit())
