/** A hub with the gateway for Supabase Realtime on a real server, and the real client. */
import { type AnyChannel, channel, type TypesOf } from '@baro/core'
import { type Auth, type ChannelHandlers, createHub, type Hub, type HubOptions } from '@baro/server'
import { mount, type SupabaseOptions } from '@baro/supabase'
import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js'
import { WebSocket } from 'ws'
import * as z from 'zod'
import { atEnd, type Served, serve } from '../gateways/serving.ts'

/** A room for talking. */
export const room = channel('room:{id}', {
  moderated: true,
  events: { message: z.object({ text: z.string() }), picture: z.instanceof(Uint8Array) },
  signals: { cursor: z.object({ x: z.number(), y: z.number() }) },
})

export { atEnd } from '../gateways/serving.ts'

type RoomHandlers = ChannelHandlers<TypesOf<typeof room>>

/** Which serializer realtime-js speaks. */
export const versions = ['1.0.0', '2.0.0'] as const
export type Version = (typeof versions)[number]

/** How a client connects. */
export interface ClientOptions {
  readonly key?: string
  readonly version?: Version
  /** Asked for one each time that the client wants one. */
  readonly token?: () => Promise<string>
}

/** A client of Supabase, not connected yet. It goes when the test is over. */
export function clientAt(url: string, { key = 'anon', version = '2.0.0', token }: ClientOptions = {}): SupabaseClient {
  const client = createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: {
      transport: WebSocket as never,
      vsn: version,
      // No test waits for seconds.
      reconnectAfterMs: () => 1,
    },
    ...(token && { accessToken: token }),
  })
  atEnd(() => client.removeAllChannels())
  return client
}

/** A node that serves. */
export interface Node extends Served {
  readonly hub: Hub
  /** A client of Supabase, not connected yet. `url` is another way to the node. */
  client(options?: ClientOptions & { readonly url?: string }): SupabaseClient
}

/** What a node of a test may say. */
export interface NodeOptions {
  readonly auth?: Auth
  readonly access?: RoomHandlers['access']
  readonly hub?: Partial<HubOptions>
  readonly mount?: SupabaseOptions
  readonly port?: number
  /** Channels beside the room, and what makes them work. */
  readonly channels?: readonly AnyChannel[]
  readonly prepare?: (hub: Hub) => void
}

export async function startNode(options: NodeOptions = {}): Promise<Node> {
  const hub = createHub({
    channels: [room, ...(options.channels ?? [])],
    development: false,
    limits: { timesPerAddress: Number.POSITIVE_INFINITY },
    ...(options.auth && { auth: options.auth }),
    ...options.hub,
  })
  hub.on(room, {
    access: options.access ?? 'public',
    events: {
      message: ({ payload, publish }) => publish('message', payload),
      picture: ({ payload, publish }) => publish('picture', payload),
    },
    signals: { cursor: ({ payload, signal }) => signal('cursor', payload) },
  })
  options.prepare?.(hub)
  mount(hub, options.mount)
  const { url, stopListening } = await serve(hub, options.port)
  atEnd(async () => {
    await hub.close()
    await stopListening()
  })
  const client: Node['client'] = ({ url: way = url, ...options } = {}) => clientAt(way, options)
  return { hub, url, client, stopListening }
}

/** Resolves when the topic is joined. Rejects with what the server says if it is not. */
export function joined(topic: RealtimeChannel): Promise<RealtimeChannel> {
  return new Promise((resolve, reject) => {
    topic.subscribe((status, error) => {
      if (status === 'SUBSCRIBED') resolve(topic)
      else if (status !== 'CLOSED') reject(error ?? new Error(status))
    })
  })
}

/** What a topic hears of an event, and when it has heard so much. */
export class Heard<T = { text: string }> {
  readonly all: T[] = []
  readonly metas: unknown[] = []
  #looks: (() => void)[] = []

  constructor(topic: RealtimeChannel, event = 'message') {
    topic.on('broadcast', { event }, ({ payload, meta }) => {
      this.metas.push(meta)
      this.all.push(payload as T)
      for (const look of this.#looks) look()
    })
  }

  /** Resolves once so many were heard. */
  count(count: number): Promise<readonly T[]> {
    return new Promise((resolve) => {
      const look = () => this.all.length >= count && resolve(this.all)
      this.#looks.push(look)
      look()
    })
  }
}
