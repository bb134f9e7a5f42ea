/** Takes the requests and upgrades of Socket.IO's clients, and bounds what comes in. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { BaroError } from '@baro/core'
import type { Gateway, GatewayHost, GatewayLink, Handshake } from '@baro/server/parts'
import { Server as Engine } from 'engine.io'
import type { Server } from 'socket.io'
import { type ServerOptions, WebSocketServer } from 'ws'
import type { Arrived } from './admission.ts'
import { type Connection, serveFile } from './insides.ts'

/** What the gateway works with. */
export interface SocketIoGatewayParts {
  readonly host: GatewayHost
  readonly path: string
  readonly io: Server
  /** Ends all that belongs to the mount. */
  readonly close: () => Promise<void>
}

/**
 * Hands on one message in a turn of the event loop. A chunk of a connection holds thousands of packets, which `ws` would hand on
 * at once, before a pause could stop it: four clients made everybody wait for 1.7 s.
 */
class PatientWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, allowSynchronousEvents: false })
  }
}

/** The files of the client. */
const clientFile = /^\/(socket\.io(?:\.msgpack|\.esm)?(?:\.min)?\.js(?:\.map)?)$/

export class SocketIoGateway implements Gateway {
  readonly path: string
  readonly #parts: SocketIoGatewayParts
  readonly #engine: Engine
  readonly #handshakes = new WeakMap<IncomingMessage, Handshake>()
  readonly #arrived = new WeakMap<Connection, Arrived>()

  constructor(parts: SocketIoGatewayParts) {
    const { limits, heartbeatIntervalMs } = parts.host
    this.path = parts.path
    this.#parts = parts
    this.#engine = new Engine({
      wsEngine: PatientWebSocketServer,
      maxHttpBufferSize: limits.maxMessageBytes,
      pingInterval: heartbeatIntervalMs,
      pingTimeout: heartbeatIntervalMs,
      transports: ['polling', 'websocket'],
    })
    this.#engine.on('connection', (connection: Connection) => this.#connected(connection))
    parts.io.bind(this.#engine as unknown as Parameters<Server['bind']>[0])
  }

  /** How a connection came; `undefined` for one that did not come through here. */
  arrived(connection: Connection): Arrived | undefined {
    const known = this.#arrived.get(connection)
    if (known) return known
    const handshake = this.#handshakes.get(connection.request)
    if (!handshake || connection.readyState === 'closing' || connection.readyState === 'closed') return undefined
    const arrived = { handshake, link: this.#parts.host.link(handshake) }
    connection.once('close', () => arrived.link.end())
    this.#arrived.set(connection, arrived)
    return arrived
  }

  async handle(request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub')
    const file = clientFile.exec(pathname.slice(this.path.length))?.[1]
    if (file !== undefined && (request.method === 'GET' || request.method === 'HEAD'))
      serveFile(this.#parts.io, file, request, response)
    else {
      if (!/^\/?$/.test(pathname.slice(this.path.length)))
        throw new BaroError(
          'unknown-channel',
          `There is nothing of Socket.IO at ${JSON.stringify(pathname.slice(0, 80))}.`,
        )
      this.#assertNotStopping(searchParams.has('sid'))
      this.#handshakes.set(request, handshake)
      this.#engine.handleRequest(request as Parameters<Engine['handleRequest']>[0], response)
    }
    if (!response.closed) await new Promise<void>((resolve) => response.once('close', resolve))
  }

  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer, handshake: Handshake): void {
    this.#handshakes.set(request, handshake)
    this.#engine.handleUpgrade(request as Parameters<Engine['handleUpgrade']>[0], stream, head)
  }

  close(): Promise<void> {
    return this.#parts.close()
  }

  #assertNotStopping(isKnown: boolean): void {
    if (!isKnown && this.#parts.host.isStopping) throw new BaroError('unavailable', 'This node is stopping. Come back.')
  }

  /** `undefined` where it may not have one: its address has as many as it may have, or it did not come through here. */
  #linkOf(connection: Connection): GatewayLink | undefined {
    try {
      return this.arrived(connection)?.link
    } catch {
      return undefined
    }
  }

  /** A connection pays for what it sends. One that sends too much is not read for a while. */
  #connected(connection: Connection): void {
    const { clock } = this.#parts.host
    const link = this.#linkOf(connection)
    if (!link) return connection.close(true)
    let isPaused = false
    const lookAgain = (waitMs: number) => {
      const { socket } = connection.transport
      // A poll is a request: the allowance of its address refuses the next one.
      if (!socket) return
      isPaused = true
      socket.pause()
      clock.after(waitMs, () => {
        isPaused = false
        const moreMs = link.spend(0, 0)
        if (moreMs > 0 && connection.readyState === 'open') lookAgain(moreMs)
        else socket.resume()
      })
    }
    connection.on('packet', ({ data }) => {
      const waitMs = link.spend(1, data?.length ?? 0)
      if (waitMs > 0 && !isPaused) lookAgain(waitMs)
    })
  }
}
