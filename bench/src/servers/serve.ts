/**
 * The process of one server under measurement. It is told what to do over IPC; that every subscriber has a message it
 * hears as one byte on a plain socket, for an IPC message would cost as much as a hundred deliveries.
 */
import { createServer } from 'node:net'
import { createBaroServer } from './baro.ts'
import { listenOnLoopback } from './listen.ts'
import { createNetServer } from './net.ts'
import type { BenchServer } from './server.ts'
import { createSocketIoServer } from './socket-io.ts'
import { createWsServer } from './ws-loop.ts'

/** What a server process is told. */
export type Order =
  /** Publish so many messages, so many of them under way at any moment, and say what that cost. */
  | { readonly do: 'publish'; readonly messages: number; readonly inFlight: number }
  /** Publish so many while nobody is there. */
  | { readonly do: 'publish-unheard'; readonly messages: number }
  /** Say how much memory is left after collecting garbage. */
  | { readonly do: 'weigh' }
  /** Start counting CPU time; the next `stop` says how much it was. */
  | { readonly do: 'start' }
  | { readonly do: 'stop' }

/** What it answers. */
export interface Answer {
  readonly port?: number
  readonly creditPort?: number
  readonly cpuMicros?: number
  readonly rssBytes?: number
}

const kinds: Readonly<Record<string, () => BenchServer>> = {
  net: createNetServer,
  ws: createWsServer,
  'socket.io': () => createSocketIoServer({ recovery: false }),
  'socket.io with recovery': () => createSocketIoServer({ recovery: true }),
  baro: createBaroServer,
}

// 128 bytes, beginning with the mark that the load generator counts; it occurs nowhere else on any of the wires.
const payload = `#${'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(4).slice(0, 127)}`

async function main(): Promise<void> {
  const server = kinds[process.argv[2] ?? '']?.()
  if (!server) throw new Error(`There is no server "${process.argv[2]}". There are: ${Object.keys(kinds).join(', ')}.`)
  let credited = (_count: number): void => {}
  const credits = createServer((socket) => socket.setNoDelay(true).on('data', (bytes) => credited(bytes.length)))

  const publish = (messages: number, inFlight: number): Promise<Answer> =>
    new Promise((resolve) => {
      const before = process.cpuUsage()
      let [sent, complete] = [0, 0]
      const send = (count: number): void => {
        for (const until = Math.min(messages, sent + count); sent < until; sent++) void server.publish(payload)
      }
      credited = (count) => {
        complete += count
        if (complete === messages) resolve(spentSince(before))
        else send(count)
      }
      send(inFlight)
    })

  let started = process.cpuUsage()
  const obey = async (order: Order): Promise<Answer> => {
    if (order.do === 'publish') return publish(order.messages, order.inFlight)
    if (order.do === 'publish-unheard') {
      for (let sent = 0; sent < order.messages; sent++) await server.publish(payload)
      return {}
    }
    if (order.do === 'weigh') return { rssBytes: await weighed() }
    if (order.do === 'stop') return spentSince(started)
    started = process.cpuUsage()
    return {}
  }
  process.on('message', async (order) => process.send?.(await obey(order as Order)))
  process.on('disconnect', () => process.exit())
  process.send?.({ port: await server.listen(), creditPort: await listenOnLoopback(credits) } satisfies Answer)
}

function spentSince(before: NodeJS.CpuUsage): Answer {
  const { user, system } = process.cpuUsage(before)
  return { cpuMicros: user + system }
}

async function weighed(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    global.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return process.memoryUsage.rss()
}

await main()
