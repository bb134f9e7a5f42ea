import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createClient, type Transport } from '@baro/client'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import { channel } from '@baro/core'
import { createRedisBroker } from '@baro/redis'
import { createHub, type Hub, type Listening } from '@baro/server'
import { type RedisServer, startRedis } from '@baro/testing/redis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'

const room = channel('room:{id}', {
  events: { say: z.number(), said: z.number() },
  state: { initial: (): number[] => [], on: { said: (list, { payload }) => [...list, payload] } },
})
const log = { info: () => {}, warn: () => {}, error: () => {} }

interface Node {
  readonly hub: Hub
  readonly listening: Listening
}

let redis: RedisServer
let nodes: readonly Node[]
let front: Front

beforeAll(async () => {
  redis = await startRedis()
  nodes = [await createNode(), await createNode()]
  front = await createFront(nodes.map(({ listening }) => listening.port))
})

afterAll(async () => {
  front.close()
  for (const { hub, listening } of nodes) {
    await listening.close()
    await hub.close()
  }
  await redis.close()
})

async function createNode(): Promise<Node> {
  const broker = await createRedisBroker({ url: redis.url, waitMs: 30_000, log })
  const hub = createHub({ channels: [room], broker, log, limits: { timesPerAddress: Number.POSITIVE_INFINITY } })
  hub.on(room, { access: 'public', events: { say: ({ payload, publish }) => publish('said', payload) } })
  return { hub, listening: await hub.listen(0, '127.0.0.1') }
}

/** Gives each request to the other node, and ends each stream after some news, so that it comes back to the other node, too. */
interface Front {
  readonly url: string
  /** How many requests each node got. */
  readonly asked: readonly number[]
  close(): void
}

async function createFront(ports: readonly number[]): Promise<Front> {
  const asked = ports.map(() => 0)
  const open = new Set<Socket>()
  let turns = 0
  const next = () => {
    const turn = turns++ % ports.length
    asked[turn] = (asked[turn] ?? 0) + 1
    return ports[turn] ?? 0
  }
  const server: Server = createServer((asking, answer) => {
    const { method = 'GET', url = '/', headers } = asking
    const passed = request(
      { host: '127.0.0.1', port: next(), method, path: url, headers, agent: false },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers)
        answer.flushHeaders()
        const isStream = String(answered.headers['content-type']).startsWith('text/event-stream')
        let chunks = 0
        answered.on('data', (chunk) => {
          answer.write(chunk)
          if (isStream && ++chunks === 4) answered.destroy()
        })
        answered.once('close', () => answer.end())
      },
    )
    passed.on('error', () => answer.destroy())
    answer.once('close', () => passed.destroy())
    asking.pipe(passed)
  })
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.on('upgrade', ({ method, url, rawHeaders }, socket: Socket, head) => {
    const far = connect(next(), '127.0.0.1')
    const lines = [`${method} ${url} HTTP/1.1`]
    for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
    far.write(`${lines.join('\r\n')}\r\n\r\n`)
    far.write(head)
    let chunks = 0
    far.on('data', () => {
      if (++chunks === 6) far.end()
    })
    far.pipe(socket).pipe(far)
    for (const one of [far, socket]) one.on('error', () => {}).on('close', () => far.destroy() && socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/baro`,
    asked,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

const rungs: Readonly<Record<string, () => Transport>> = {
  websocket: () => createWebSocketTransport({ WebSocket }),
  sse: () => createHttpTransport('sse'),
  'long-poll': () => createHttpTransport('long-poll'),
  poll: () => createHttpTransport('poll', { pollIntervalMs: 20 }),
}

test.each(Object.keys(rungs))(
  'I1, I2, I5, I6: %s: a client that comes to another node each time misses nothing, and publishes once',
  async (rung) => {
    const client = createClient({
      url: front.url,
      transport: rungs[rung]?.() as Transport,
      log,
      backoff: { baseMs: 10, maxMs: 50 },
    })
    const reference = room({ id: rung })
    const before = [...front.asked]
    const subscription = client.subscribe(room, reference)
    const shown: (readonly number[])[] = []
    subscription.onChange(({ state }) => void shown.push(state))
    const count = 24
    for (let number = 0; number < count; number++) {
      if (number % 3 === 0) await subscription.publish('say', number)
      else await nodes[number % 2]?.hub.publish(reference, 'said', number)
      await vi.waitUntil(() => subscription.current.state.length === number + 1, { timeout: 60_000, interval: 5 })
    }
    const all = Array.from({ length: count }, (_, number) => number)
    expect(subscription.current.state).toEqual(all)
    // Each moment was a moment of the stream.
    for (const state of shown) expect(state).toEqual(all.slice(0, state.length))
    // Only the first answer to a page that knew nothing was a reset.
    expect(client.counters.reset).toBeLessThanOrEqual(1)
    const asked = front.asked.map((total, node) => total - (before[node] ?? 0))
    expect(Math.min(...asked)).toBeGreaterThan(1)
    client.close()
  },
  120_000,
)
