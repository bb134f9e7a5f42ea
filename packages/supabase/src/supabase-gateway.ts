/** Takes the requests and upgrades of clients of Supabase Realtime. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { BaroError } from '@baro/core'
import type { Hub } from '@baro/server'
import { type Gateway, type GatewayHost, type Handshake, refuseUpgrade } from '@baro/server/parts'
import { answerBroadcast, sendRefusal } from './broadcast-post.ts'
import { Connection } from './connection.ts'
import { Speeches } from './speech.ts'
import { serializerOf } from './wire/serializer.ts'

/** What the gateway works with. */
export interface SupabaseGatewayParts {
  readonly hub: Hub
  readonly host: GatewayHost
  readonly path: string
  readonly anonKey: string
}

export class SupabaseGateway implements Gateway {
  readonly path: string
  readonly requestHeaders: readonly string[] = ['apikey', 'X-Client-Info', 'X-Supabase-Api-Version']
  readonly #parts: SupabaseGatewayParts
  readonly #speeches = new Speeches()
  readonly #connections = new Set<Connection>()

  constructor(parts: SupabaseGatewayParts) {
    this.path = parts.path
    this.#parts = parts
  }

  async handle(request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void> {
    const rest = this.#restOf(request)
    if (request.method === 'POST' && /^\/api\/broadcast(\/|$)/.test(rest))
      return answerBroadcast(this.#parts, rest.slice('/api/broadcast'.length), { request, response, handshake })
    sendRefusal(
      response,
      new BaroError(
        'unknown-channel',
        `There is nothing of Supabase Realtime at ${JSON.stringify(rest.slice(0, 80))} for ${request.method}.`,
      ),
    )
  }

  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer, handshake: Handshake): void {
    const { searchParams } = new URL(request.url ?? '/', 'http://hub')
    const serializer = serializerOf(searchParams.get('vsn'))
    if (this.#restOf(request) !== '/websocket' || !serializer)
      return refuseUpgrade(
        stream,
        400,
        'A client of Supabase Realtime connects to /websocket with vsn=1.0.0 or vsn=2.0.0.',
      )
    const { hub, host, anonKey } = this.#parts
    const apiKey = searchParams.get('apikey') ?? undefined
    let link: ReturnType<GatewayHost['link']>
    try {
      link = host.link(handshake)
    } catch (error) {
      return refuseUpgrade(stream, 429, host.explain(error, this.path).message)
    }
    stream.once('close', () => link.end())
    host.openWebSocket({ request, stream, head, handshake }, (socket, outbox) => {
      const connection = new Connection({
        ...{ hub, host, handshake, link, socket, outbox, serializer, apiKey, anonKey },
        speeches: this.#speeches,
        gone: (one) => void this.#connections.delete(one),
      })
      this.#connections.add(connection)
      return connection
    })
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close()
  }

  #restOf({ url = '/' }: IncomingMessage): string {
    return (url.split('?')[0] ?? '').slice(this.path.length)
  }
}
