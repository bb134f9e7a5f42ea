/** A hub with Socket.IO on a real server, and real clients of every kind. */
import { channel, type TypesOf } from '@baro/core'
import type { Broker } from '@baro/core/broker'
import { type Auth, type ChannelHandlers, createHub, type Hub, type HubOptions } from '@baro/server'
import { mount } from '@baro/socket.io'
import type { Server } from 'socket.io'
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import * as z from 'zod'
import { atEnd, serve } from '../gateways/serving.ts'

/** A room for talking. */
export const room = channel('room:{id}', {
  moderated: true,
  events: {
    message: z.object({ text: z.string() }),
    said: z.string(),
    pair: z.tuple([z.string(), z.number()]),
    picture: z.instanceof(Uint8Array),
    nothing: z.null(),
  },
  signals: { typing: z.object({ who: z.string() }), noticed: z.string() },
})

/** A room of the namespace `/chat`, and of each `/tenant-N`. */
export const inChat = channel('chat:room:{id}', { events: { message: z.object({ text: z.string() }) } })
export const inTenant = channel('tenant-1:room:{id}', { events: { message: z.object({ text: z.string() }) } })

export { atEnd } from '../gateways/serving.ts'

type RoomHandlers = ChannelHandlers<TypesOf<typeof room>>

/** How a client connects. `uri` is another way to the node. */
export type ClientOptions = Partial<ManagerOptions & SocketOptions> & {
  readonly namespace?: string
  readonly uri?: string
}

/** A node that serves. */
export interface Node {
  readonly hub: Hub
  readonly io: Server
  readonly url: string
  /** A client of Socket.IO, which is not connected yet unless `autoConnect` says so. */
  client(options?: ClientOptions): Socket
  /** A client that has connected. */
  connected(options?: ClientOptions): Promise<Socket>
  /** Its clients are told to go, except where they shall come back to the next node. */
  stop(how?: { readonly clientsStay: boolean }): Promise<void>
}

/** What a node of a test may say. */
export interface NodeOptions {
  readonly auth?: Auth
  readonly access?: RoomHandlers['access']
  readonly broker?: Broker
  readonly hub?: Partial<HubOptions>
  readonly mount?: Parameters<typeof mount>[2]
  readonly use?: (io: Server) => void
  /** Gives more channels their handlers. */
  readonly on?: (hub: Hub) => void
  /** That of a node that has stopped; by default a free one. */
  readonly port?: number
}

/** The usual server: `join`, `leave`, and `message` for everybody in the room. */
export function chat(io: Server): void {
  io.on('connection', (socket) => {
    socket.on('join', async (name: string, done?: (refusal?: string) => void) => {
      try {
        await socket.join(name)
        done?.()
      } catch (error) {
        done?.((error as { code?: string }).code)
      }
    })
    socket.on('leave', (name: string, done?: () => void) => {
      socket.leave(name)
      done?.()
    })
    socket.on('message', (name: string, payload: unknown) => void io.to(name).emit('message', payload))
  })
}

export async function startNode({ use = chat, ...options }: NodeOptions = {}): Promise<Node> {
  const hub = createHub({
    channels: [room, inChat, inTenant],
    development: false,
    limits: { timesPerAddress: Number.POSITIVE_INFINITY },
    ...(options.auth && { auth: options.auth }),
    ...(options.broker && { broker: options.broker }),
    ...options.hub,
  })
  const handlers = {
    events: { message: ({ payload, publish }) => publish('message', payload) },
    signals: { typing: ({ payload, signal }) => signal('typing', payload) },
  } satisfies Partial<RoomHandlers>
  hub.on(room, { access: options.access ?? 'public', ...handlers })
  const events = { message: handlers.events.message }
  hub.on(inChat, { access: 'public', events })
  hub.on(inTenant, { access: 'public', events })
  options.on?.(hub)
  const io = mount(hub, use, options.mount)
  const { url, stopListening } = await serve(hub, options.port)
  const clients = new Set<Socket>()
  const client: Node['client'] = ({ namespace = '/', uri = url, ...rest } = {}) => {
    const socket = connect(`${uri}${namespace}`, {
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
      reconnectionDelay: 1,
      reconnectionDelayMax: 1,
      ...rest,
    })
    clients.add(socket)
    return socket
  }
  let isStopped = false
  const stop: Node['stop'] = async ({ clientsStay } = { clientsStay: false }) => {
    if (!clientsStay) for (const socket of clients) socket.disconnect()
    if (isStopped) return
    isStopped = true
    await hub.close()
    await stopListening()
  }
  atEnd(() => stop())
  const connected: Node['connected'] = async (rest) => {
    const socket = client(rest)
    socket.connect()
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    return socket
  }
  return { hub, io, url, client, connected, stop }
}

/** Resolves once the condition holds; the events of `socket` are the only moments at which it can begin to. */
export function until(socket: Socket, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return
      socket.offAny(look)
      resolve()
    }
    // After the listeners of the event itself.
    socket.onAny(() => queueMicrotask(look))
    look()
  })
}

/** Everything of one type that a client gets, without the mark at the end. */
export function heardBy(socket: Socket, type = 'message'): unknown[] {
  const heard: unknown[] = []
  socket.on(type, (payload: unknown) => heard.push(payload))
  return heard
}

/** Joins a room as {@link chat} does it. */
export async function join(socket: Socket, name: string): Promise<string | undefined> {
  return (await socket.emitWithAck('join', name)) ?? undefined
}
