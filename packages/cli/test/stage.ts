/** A hub on a real port, the command as a function, and clients that can be cut. */
import { once } from 'node:events'
import { createServer, type RequestListener, request, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { channel, type Json, type TypesOf } from '@baro/core'
import { systemClock } from '@baro/core/broker'
import { mount } from '@baro/inspector'
import { type ChannelHandlers, createHub, type Hub, type HubOptions } from '@baro/server'
import { onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { z } from 'zod'
import { type ExitCode, type Io, run } from '../src/index.ts'

export const room = channel('room:{id}', {
  // No reducer keeps a picture, so it is in no state.
  events: { message: z.object({ text: z.string() }), note: z.object({}), picture: z.object({ data: z.string() }) },
  signals: { typing: z.object({ on: z.boolean() }), drawing: z.object({ points: z.string() }) },
  requests: { echo: { input: z.string(), output: z.string() } },
  state: {
    initial: (): string[] => [],
    on: {
      message: (list, { payload }) => {
        if (payload.text === 'throw') throw new Error('a fault of the reducer')
        return [...list, payload.text]
      },
    },
  },
  history: { size: 5 },
  members: { state: z.object({ name: z.string() }) },
})

const inspectorKey = 'an inspector key that nobody guesses'

/** Calls back after the test, in reverse order. */
function atEnd(end: () => unknown): void {
  onTestFinished(async () => void (await end()))
}

/** A command on its way. */
export interface Running {
  /** Its result so far, and what is no result. */
  readonly out: string
  readonly err: string
  readonly ended: Promise<ExitCode>
  /** Resolves once the results, or the notes, hold this. */
  shows(what: string | RegExp): Promise<void>
  /** Ctrl-C. */
  interrupt(): void
}

/** Runs the command in this process. */
export function start(
  argv: readonly string[],
  env: Io['env'] = {},
  { input, folder = '/nowhere' }: { readonly input?: string; readonly folder?: string } = {},
): Running {
  const interrupted = new AbortController()
  const told = { out: '', err: '' }
  let look = (): void => {}
  const sink = (name: 'out' | 'err') => ({
    isTerminal: false,
    write(text: string) {
      told[name] += text
      look()
    },
  })
  const ended = run(argv, {
    out: sink('out'),
    err: sink('err'),
    input: input === undefined ? undefined : piped(input),
    env,
    folder,
    interrupted: interrupted.signal,
    clock: systemClock,
    confirm: async () => false,
  })
  return {
    get out() {
      return told.out
    },
    get err() {
      return told.err
    },
    ended,
    shows: (what) =>
      new Promise((resolve) => {
        look = () => {
          const isThere = typeof what === 'string' ? `${told.out}${told.err}`.includes(what) : what.test(told.out)
          if (isThere) resolve()
        }
        look()
      }),
    interrupt: () => interrupted.abort(),
  }
}

async function* piped(text: string): AsyncGenerator<string> {
  yield text
}

/** What a command has ended with, and said. */
export interface Ended {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** A client of the hub, by hand. */
export interface Client {
  send(type: string, payload: Json): void
  /** Resolves once a message of this type, or the close, has come. */
  heard(type: string): Promise<void>
  /** Cuts the link without a goodbye. */
  cut(): void
  /** Takes nothing from the network any more, as a phone does that sleeps. */
  stopReading(): void
}

export interface Stage {
  readonly hub: Hub
  readonly port: number
  /** Where the hub is. */
  readonly url: string
  readonly inspectorKey: string
  readonly lines: { readonly code: unknown; readonly message: string }[]
  baro(...argv: readonly string[]): Promise<Ended>
  start(...argv: readonly string[]): Running
  connect(user: string): Promise<Client>
  follow(user: string, position?: string, version?: string): Promise<Client>
}

/** Serves `room` and its inspector; a token is the id of its user. */
export async function serve(
  options: Partial<HubOptions> = {},
  handlers: Partial<ChannelHandlers<TypesOf<typeof room>>> = {},
): Promise<Stage> {
  const lines: Stage['lines'] = []
  const write = ({ code }: { readonly code?: unknown }, message: string) => void lines.push({ code, message })
  const hub = createHub({
    channels: [room],
    auth: ({ token }) => (token === undefined ? undefined : { id: token }),
    log: { info: write, warn: write, error: write },
    ...options,
  })
  hub.on(room, {
    access: 'public',
    events: { message: ({ payload, publish }) => publish('message', payload) },
    signals: { typing: ({ payload, signal }) => signal('typing', payload) },
    requests: { echo: ({ payload }) => payload },
    ...handlers,
  })
  // In development this machine needs none.
  mount(hub, options.development === false ? { key: inspectorKey } : {})
  const { port, close } = await hub.listen(0, '127.0.0.1')
  const url = `http://127.0.0.1:${port}/baro`
  const env = { BARO_URL: url, BARO_INSPECTOR_KEY: inspectorKey }
  atEnd(() => hub.close())
  atEnd(close)

  async function connect(user: string): Promise<Client> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/baro/connect`)
    atEnd(() => socket.terminate())
    const types: string[] = []
    let look = (): void => {}
    const note = (type: string) => {
      types.push(type)
      look()
    }
    socket.on('message', (data) => note(JSON.parse(String(data)).type))
    socket.on('close', () => note('close'))
    await once(socket, 'open')
    const client: Client = {
      send: (type, payload) => socket.send(JSON.stringify({ type, payload })),
      heard: (type) =>
        new Promise((resolve) => {
          look = () => (types.includes(type) || types.includes('close')) && resolve()
          look()
        }),
      cut: () => socket.terminate(),
      stopReading: () => socket.pause(),
    }
    client.send('baro:connect', { protocol: 1, client: `client-of-${user}`, token: user })
    return client
  }

  return {
    hub,
    port,
    url,
    inspectorKey,
    lines,
    start: (...argv) => start(argv, env),
    async baro(...argv) {
      const running = start(argv, env)
      return { code: await running.ended, out: running.out, err: running.err }
    },
    connect,
    async follow(user, position, version = '1') {
      const client = await connect(user)
      client.send('baro:subscribe', { channel: 'room:1', attempt: 1, version, ...(position && { position }) })
      await client.heard(position === undefined ? 'baro:reset' : 'baro:connected')
      return client
    },
  }
}

/** A proxy that does what some proxies do. */
export async function proxy(
  port: number,
  does: {
    /** Keeps an answer until it is whole. */
    readonly buffers?: true
    /** Changes the host that is asked for. */
    readonly host?: string
    /** Hands on upgrades, and cuts them after the first answer. */
    readonly cutsUpgrades?: true
  } = {},
): Promise<string> {
  const handOn: RequestListener = (incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const { host = headers.host } = does
    const asking = request({ port, host: '127.0.0.1', method, path, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      outgoing.flushHeaders()
      if (!does.buffers) return answer.pipe(outgoing)
      const kept: Buffer[] = []
      answer.on('data', (chunk) => kept.push(chunk)).on('end', () => outgoing.end(Buffer.concat(kept)))
    })
    asking.on('error', () => outgoing.destroy())
    outgoing.on('close', () => asking.destroy())
    incoming.pipe(asking)
  }
  const server = createServer(handOn)
  server.on('upgrade', ({ url: path, headers }, socket: Socket) => {
    socket.on('error', () => {})
    if (!does.cutsUpgrades) return socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    const asking = request({ port, host: '127.0.0.1', path, headers })
    asking.on('upgrade', ({ rawHeaders }, behind, head) => {
      const lines = rawHeaders.map((text, index) => text + (index % 2 === 0 ? ': ' : '\r\n')).join('')
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`)
      socket.write(head)
      socket.pipe(behind)
      behind.once('data', (chunk) => socket.end(chunk))
      socket.on('close', () => behind.destroy())
    })
    asking.end()
  })
  return listen(server)
}

/** Serves something that is no hub; returns where a hub would be. */
export async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/baro`
}
