/**
 * The process of one server under measurement. It is told what to do over IPC; that every subscriber has a message it
 * hears as one byte on a plain socket, for an IPC message would cost as much as a hundred deliveries.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createBaroServer } from './baro.ts'
import { createCentrifugoServer } from './centrifugo.ts'
import { createNetStreamServer, createResponseWriteServer } from './event-stream.ts'
import { listenOnLoopback } from './listen.ts'
import { createNchanServer } from './nchan.ts'
import { createNetServer } from './net.ts'
import { createMountedRoom, createNetRoom, createSocketIoRoom, createWsRoom } from './rooms.ts'
import { createRowsServer } from './rows.ts'
import type { BenchServer } from './server.ts'
import { createSocketIoCrowd, createSocketIoServer } from './socket-io.ts'
import { createWsServer } from './ws-loop.ts'

/** What a server process is told. */
export type Order =
  /** Publish so many messages, so many of them under way at any moment, and say what that cost. */
  | { readonly do: 'publish'; readonly messages: number; readonly inFlight: number }
  /** Publish so many while nobody is there. */
  | { readonly do: 'publish-unheard'; readonly messages: number }
  /** From now on publish a message of so many bytes for each byte that is heard. */
  | { readonly do: 'publish-on-credit'; readonly bytes: number }
  /** Publish one message of so many bytes to each of so many channels. */
  | { readonly do: 'fill-channels'; readonly channels: number; readonly bytes: number }
  /** Listen on a Unix socket too, and say where. */
  | { readonly do: 'listen-on-path' }
  /** Say how much memory is left after collecting garbage, and the most there was since it was asked last. */
  | { readonly do: 'weigh' }
  /** Start counting CPU time; the next `stop` says how much it was. */
  | { readonly do: 'start' }
  | { readonly do: 'stop' }

/** What it answers. */
export interface Answer {
  readonly port?: number
  readonly creditPort?: number
  readonly path?: string
  readonly cpuMicros?: number
  readonly rssBytes?: number
  readonly peakRssBytes?: number
  readonly cutReaders?: number
}

const kinds: Readonly<Record<string, () => BenchServer>> = {
  net: createNetServer,
  ws: createWsServer,
  'socket.io': () => createSocketIoServer({ recovery: false }),
  'socket.io with recovery': () => createSocketIoServer({ recovery: true }),
  baro: () => createBaroServer(),
  'baro without a journal': () => createBaroServer({ looking: 'no journal' }),
  'baro observed': () => createBaroServer({ looking: 'observer' }),
  'baro inspected': () => createBaroServer({ looking: 'inspector' }),
  'net stream': createNetStreamServer,
  'res.write': createResponseWriteServer,
  'baro stream': () => createBaroServer(),
  'baro long poll': () => createBaroServer(),
  'baro poll': () => createBaroServer(),
  nchan: createNchanServer,
  'net room': createNetRoom,
  'ws room': createWsRoom,
  'socket.io room': () => createSocketIoRoom(),
  'socket.io room with recovery': () => createSocketIoRoom({ recovery: true }),
  'socket.io room on a hub': createMountedRoom,
  centrifugo: () => createCentrifugoServer(),
  'baro room': () => createBaroServer(),
  'baro room without zod': () => createBaroServer({ hasSchema: false }),
  'baro plain room': () => createBaroServer(),
  'supabase room': () => createBaroServer(),
  'baro rows': createRowsServer,
  'supabase rows': createRowsServer,
  'socket.io crowd': createSocketIoCrowd,
  'baro crowd': () => createBaroServer(),
  'socket.io cursors': createSocketIoRoom,
  'baro cursors': () => createBaroServer(),
  'baro cursors without a key': () => createBaroServer(),
}

/** Begins with the mark that the load generator counts; it occurs nowhere else on any of the wires. */
function payloadOf(bytes: number): string {
  return `#${'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(Math.ceil(bytes / 36)).slice(0, bytes - 1)}`
}

const payload = payloadOf(128)

async function main(): Promise<void> {
  const server = kinds[process.argv[2] ?? '']?.()
  if (!server) throw new Error(`There is no server "${process.argv[2]}". There are: ${Object.keys(kinds).join(', ')}.`)
  let credited = (_count: number): void => {}
  const credits = createServer((socket) => socket.setNoDelay(true).on('data', (bytes) => credited(bytes.length)))

  const spent = (): number => server.cpuMicros?.() ?? ownCpuMicros()
  const publish = (messages: number, inFlight: number): Promise<Answer> =>
    new Promise((resolve) => {
      const before = spent()
      let [sent, complete] = [0, 0]
      const send = (count: number): void => {
        for (const until = Math.min(messages, sent + count); sent < until; sent++) void server.publish(payload)
      }
      credited = (count) => {
        complete += count
        if (complete === messages) resolve({ cpuMicros: spent() - before })
        else send(count)
      }
      send(inFlight)
    })

  let started = 0
  const obey = async (order: Order): Promise<Answer> => {
    if (order.do === 'publish') return publish(order.messages, order.inFlight)
    if (order.do === 'publish-unheard') {
      for (let sent = 0; sent < order.messages; sent++) await server.publish(payload)
      return {}
    }
    if (order.do === 'publish-on-credit') {
      const large = payloadOf(order.bytes)
      credited = (count) => {
        for (let sent = 0; sent < count; sent++) void server.publish(large)
      }
      return {}
    }
    if (order.do === 'fill-channels') {
      for (let filled = 0; filled < order.channels; filled++) await server.publishTo?.(filled, payloadOf(order.bytes))
      return {}
    }
    if (order.do === 'listen-on-path') {
      const path = await server.listenOnPath?.()
      return path === undefined ? {} : { path }
    }
    if (order.do === 'weigh')
      return {
        ...(await weighed()),
        ...(server.rssBytes && { rssBytes: server.rssBytes() }),
        cutReaders: server.cutReaders?.() ?? 0,
      }
    if (order.do === 'stop') return { cpuMicros: spent() - started }
    started = spent()
    return {}
  }
  process.on('message', async (order) => process.send?.(await obey(order as Order)))
  process.on('disconnect', () => process.exit())
  // What it has started itself ends with it.
  process.on('SIGTERM', () => process.exit())
  process.send?.({ port: await server.listen(), creditPort: await listenOnLoopback(credits) } satisfies Answer)
}

function ownCpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function weighed(): Promise<Answer> {
  const peakKib = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  for (let round = 0; round < 4; round++) {
    global.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  // Begins to look for the most memory anew (proc(5)).
  writeFileSync('/proc/self/clear_refs', '5')
  return { rssBytes: process.memoryUsage.rss(), peakRssBytes: peakKib * 1_024 }
}

await main()
