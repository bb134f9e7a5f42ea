/** The clients of a node that is gone move to another one: how long that takes, and what it costs the history. */
import { createClient } from '@baro/client'
import { createWebSocketTransport } from '@baro/client/transports'
import { channel } from '@baro/core'
import { type Broker, systemClock } from '@baro/core/broker'
import { createRedisBroker } from '@baro/redis'
import { createHub, type Hub, type Listening } from '@baro/server'
import { startRedis } from '@baro/testing/redis'
import { WebSocket } from 'ws'
import { z } from 'zod'

const room = channel('room:{id}', {
  events: { said: z.number() },
  state: { initial: () => 0, on: { said: (sum, { payload }) => sum + payload } },
})
const log = { info: () => {}, warn: () => {}, error: () => {} }

const openedAtOnce = 250

/** What came of it. */
export interface Move {
  readonly clients: number
  readonly channels: number
  /** From the cut until half of the clients, nine in ten, and all of them showed all that was published meanwhile. */
  readonly movedAfterMs: { readonly half: number; readonly most: number; readonly all: number }
  /** How often the other node read history in that time. */
  readonly reads: number
  readonly recovered: number
  /** Beside the first answer to each client. */
  readonly resets: number
  /** CPU of this process, in which both nodes and all clients are. */
  readonly cpuMs: number
}

/** Lets clients follow channels on one node, takes that node away, and publishes on the other one while they come. */
export async function moveClients(count: number, channels: number): Promise<Move> {
  const redis = await startRedis()
  let reads = 0
  const start = async (): Promise<{ hub: Hub; listening: Listening }> => {
    const broker = await createRedisBroker({ url: redis.url, waitMs: 60_000, log })
    const counting: Broker = {
      ...broker,
      read(...args) {
        reads++
        return broker.read(...args)
      },
    }
    const hub = createHub({
      ...{ channels: [room], broker: counting, log },
      heartbeatIntervalMs: 600_000,
      limits: { timesPerAddress: Number.POSITIVE_INFINITY, maxConnectionsPerAddress: Number.POSITIVE_INFINITY },
    })
    hub.on(room, { access: 'public' })
    return { hub, listening: await hub.listen(0, '127.0.0.1') }
  }
  const [dying, staying] = [await start(), await start()]
  // All come to the first node until it is gone.
  let { port } = dying.listening
  const links = new Set<WebSocket>()
  /** Leads to where clients are to come. Proxies would take four more sockets for each client, and a process may have 20,000 here and there. */
  class Link extends WebSocket {
    constructor(url: string) {
      super(Object.assign(new URL(url), { port }))
      links.add(this)
      this.once('close', () => links.delete(this))
    }
  }
  const names = Array.from({ length: channels }, (_, id) => room({ id }))
  const open = (index: number) => {
    const client = createClient({
      url: 'http://127.0.0.1/baro',
      transport: createWebSocketTransport({ WebSocket: Link }),
      log,
      backoff: { baseMs: 100, maxMs: 5_000 },
      // All clients share a process with the nodes. Each has a machine of its own elsewhere, and is not late because the others come.
      handshakeTimeoutMs: 300_000,
    })
    const subscription = client.subscribe(room, room({ id: index % channels }))
    let last: number | undefined
    // Counted as it happens: to look at five thousand clients again and again took more than they did.
    subscription.onChange(({ state }) => {
      if (state === last) return
      if (last !== undefined) showing.set(last, (showing.get(last) ?? 0) - 1)
      showing.set(state, (showing.get(state) ?? 0) + 1)
      last = state
    })
    return client
  }
  /** How many clients show each state. */
  const showing = new Map<number, number>()
  const clients: ReturnType<typeof open>[] = []
  const wait = (ms: number) => new Promise<void>((resolve) => void systemClock.after(ms, resolve))
  const shown = async (sum: number, share = 1) => {
    while ((showing.get(sum) ?? 0) < share * clients.length) await wait(10)
  }
  const publish = (hub: Hub, payload: number) => Promise.all(names.map((name) => hub.publish(name, 'said', payload)))
  const counted = (name: 'reset' | 'recovered') => clients.reduce((sum, { counters }) => sum + counters[name], 0)
  try {
    await publish(dying.hub, 1)
    while (clients.length < count) {
      for (let more = Math.min(openedAtOnce, count - clients.length); more > 0; more--)
        clients.push(open(clients.length))
      await shown(1)
    }
    const before = { reads, resets: counted('reset'), recovered: counted('recovered'), cpu: process.cpuUsage() }
    const cutAt = systemClock.elapsed()
    port = staying.listening.port
    for (const link of links) link.terminate()
    await publish(staying.hub, 10)
    await publish(staying.hub, 100)
    const after = async (share: number) => {
      await shown(111, share)
      return Math.round(systemClock.elapsed() - cutAt)
    }
    const movedAfterMs = { half: await after(0.5), most: await after(0.9), all: await after(1) }
    const { user, system } = process.cpuUsage(before.cpu)
    return {
      ...{ clients: count, channels, reads: reads - before.reads },
      movedAfterMs,
      recovered: counted('recovered') - before.recovered,
      resets: counted('reset') - before.resets,
      cpuMs: Math.round((user + system) / 1_000),
    }
  } finally {
    for (const client of clients) client.close()
    for (const { hub, listening } of [dying, staying]) {
      await listening.close()
      await hub.close()
    }
    await redis.close()
  }
}
