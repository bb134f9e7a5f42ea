/**
 * Takes the requests and upgrades of a server before anybody else gets them, at `emit`. Other listeners never see what is
 * taken, also those that are added later: Next.js adds its own at the first request. Nobody answers twice, and nobody closes
 * the hub's sockets.
 *
 * A listener would not do: all of them get every upgrade.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { refuseUpgrade } from '../transports/websocket/websocket.ts'

/** Who is offered what comes to a server. */
export interface Taker {
  /** Answers a request; returns whether it did. */
  handle(request: IncomingMessage, response: ServerResponse, others: Others): boolean
  /** Takes an upgrade; returns whether it did. */
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean
}

/** Hands a request on: to the takers that come later, and then to the listeners of the server. */
export type Others = (request: IncomingMessage, response: ServerResponse) => void

interface Intercepted {
  add(taker: Taker): void
  delete(taker: Taker): void
  /** Node gives an upgrade to nobody unless somebody listens. */
  readonly listener: (request: IncomingMessage, stream: Duplex) => void
}

/** Who is offered a request, in their order, and how it goes on after each of them: made once, and not for each request. */
interface Round {
  readonly takers: readonly Taker[]
  readonly after: readonly Others[]
}

// On the server, not in this module: bundles load this module more than once.
const mark = Symbol.for('baro.intercepted')

type MarkedServer = Server & { [mark]?: Intercepted }

/** Offers everything that comes to a server to a taker. The same taker again changes nothing. Returns how to stop. */
export function interceptServer(server: Server, taker: Taker): () => void {
  const intercepted = (server as MarkedServer)[mark] ?? intercept(server)
  intercepted.add(taker)
  return () => intercepted.delete(taker)
}

/** Whether anybody else listens for the upgrades of a server. */
export function isHeardByOthers(server: Server): boolean {
  const { listener } = (server as MarkedServer)[mark] ?? {}
  return server.listeners('upgrade').some((one) => one !== listener)
}

function intercept(server: Server): Intercepted {
  const emit = server.emit
  let round = roundOf([])
  function offer({ takers, after }: Round, request: IncomingMessage, response: ServerResponse, first: number): boolean {
    for (let index = first; index < takers.length; index++)
      if (takers[index]?.handle(request, response, after[index] as Others)) return true
    return Reflect.apply(emit, server, ['request', request, response])
  }
  function roundOf(takers: readonly Taker[]): Round {
    const made: Round = {
      takers,
      after: takers.map((_, index) => (again, answer) => void offer(made, again, answer, index + 1)),
    }
    return made
  }
  server.emit = function (this: Server, event: string, ...rest: unknown[]): boolean {
    if (event === 'request') return offer(round, rest[0] as IncomingMessage, rest[1] as ServerResponse, 0)
    if (event === 'upgrade')
      for (const taker of round.takers)
        if (taker.handleUpgrade(...(rest as [IncomingMessage, Duplex, Buffer]))) return true
    return Reflect.apply(emit, this, [event, ...rest])
  } as Server['emit']
  // What nobody else listens for would hang for ever.
  const listener: Intercepted['listener'] = (_request, stream) => {
    if (isHeardByOthers(server)) return
    // Somebody who is refused may be gone already; that is no exception of ours.
    stream.on('error', () => stream.destroy())
    refuseUpgrade(stream, 404, 'Nothing takes WebSockets at this path.')
  }
  server.on('upgrade', listener)
  const intercepted: Intercepted = {
    add(taker) {
      if (!round.takers.includes(taker)) round = roundOf([...round.takers, taker])
    },
    delete(taker) {
      round = roundOf(round.takers.filter((one) => one !== taker))
    },
    listener,
  }
  Object.defineProperty(server, mark, { value: intercepted })
  return intercepted
}
