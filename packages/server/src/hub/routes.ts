/** Decides where each request and each upgrade goes. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { BaroError, type Reference } from '@baro/core'
import type { Broker, Clock } from '@baro/core/broker'
import { orThrow } from '@baro/core/protocol'
import type { Allowances } from '../access/allowances.ts'
import type { Gate } from '../access/gate.ts'
import { networkOf } from '../access/network-of.ts'
import type { OriginCheck } from '../access/origins.ts'
import { prices } from '../access/prices.ts'
import type { Turnstile } from '../access/turnstile.ts'
import type { Registry, Resolved } from '../channel/registry.ts'
import type { Counters } from '../observe/counters.ts'
import type { Observing } from '../observe/observation.ts'
import { toldError } from '../observe/told-error.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake } from '../ports/socket.ts'
import type { Sessions } from '../session/sessions.ts'
import { asksForStream, type ReadRequest } from '../transports/channel-url/channel-read.ts'
import { type ChannelPlace, channelIn } from '../transports/channel-url/channel-socket.ts'
import { problemBody, sendAnswer, sendError } from '../transports/http/answer.ts'
import { allowOrigin, answerPreflight } from '../transports/http/cors.ts'
import type { FairTurns } from '../transports/http/fair-turns.ts'
import { handshakeOf } from '../transports/http/handshake-of.ts'
import type { LateRefusals } from '../transports/http/late-refusals.ts'
import { PipelinedRequests } from '../transports/http/pipelined-requests.ts'
import { endIfUnread } from '../transports/http/unread-answer.ts'
import { refuseUpgrade, type Upgrade } from '../transports/websocket/websocket.ts'
import { docsOf, explanationAt } from './explanation.ts'
import type { Gateway } from './gateway.ts'
import type { Gateways } from './gateways.ts'
import { healthOf } from './health.ts'
import { restBelow } from './served-path.ts'
import type { SocketMounts } from './socket-mounts.ts'

/**
 * Where requests and upgrades go. An exception becomes the answer to a request. A destination answers its upgrades
 * itself.
 */
export interface Destinations {
  read(read: ReadRequest): Promise<void>
  /** Tells whoever asked for an event stream when to come back. */
  endStream(request: IncomingMessage, response: ServerResponse, refusal: BaroError): void
  publish(resolved: Resolved, request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void>
  /** The publishes of a program to several channels. */
  publishMany(request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void>
  /** The pages that a program has rendered anew. */
  revalidate(request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void>
  /** A session of the SDK in one POST. */
  connect(request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void>
  /** A session of the SDK on a WebSocket. */
  upgradeConnect(upgrade: Upgrade): void
  /** A plain WebSocket on one channel. */
  upgradeChannel(place: ChannelPlace, upgrade: Upgrade): void
}

/** What routing works with. */
export interface RoutesParts {
  /** Where the hub is served. */
  readonly path: string
  readonly registry: Registry
  readonly mounts: Pick<SocketMounts, 'find'>
  readonly gateways: Pick<Gateways, 'find'>
  readonly gate: Gate
  readonly isOriginAllowed: OriginCheck
  /** How many proxies are believed. */
  readonly trustProxy: number
  readonly sessions: Pick<Sessions, 'isStopping'>
  readonly counters: Pick<Counters, 'sessions' | 'rejected'>
  readonly broker: Pick<Broker, 'health'>
  readonly observing: Observing
  readonly clock: Clock
  readonly limits: Pick<Limits, 'maxPipelinedRequests'>
  readonly heartbeatIntervalMs: number
  readonly lateRefusals: LateRefusals
  readonly turns: FairTurns
  readonly allowances: Allowances
  readonly turnstile: Turnstile
  readonly destinations: Destinations
}

/** The HTTP side of a hub. */
export class Routes {
  readonly #parts: RoutesParts
  readonly #pipelined: PipelinedRequests

  constructor(parts: RoutesParts) {
    this.#parts = parts
    this.#pipelined = new PipelinedRequests(parts.limits)
  }

  /** Answers a request if it is under the path of the hub or of a gateway; returns whether it did. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    // Also where the application answers: a server that is closed waits for each connection that a proxy goes on using.
    if (this.#parts.sessions.isStopping && request.httpVersionMajor === 1) response.setHeader('Connection', 'close')
    const pathname = pathOf(request.url)
    const gateway = this.#parts.gateways.find(pathname)
    if (gateway) {
      this.#guarded(gateway.path, {}, request, response, (handshake) =>
        this.#handOver(gateway, request, response, handshake),
      )
      return true
    }
    const rest = this.#restOf(pathname)
    if (rest === undefined) return false
    this.#guarded(rest, {}, request, response, (handshake) => this.#route(rest, request, response, handshake))
    return true
  }

  /** Answers a request with one channel, wherever the application has mounted it. */
  answerMounted(
    reference: Reference,
    defaults: ReadRequest['defaults'],
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { registry } = this.#parts
    // Resolved inside, so that an exception becomes an answer. Thrown at the application's server, it would end the
    // process.
    this.#guarded(request.url ?? '', defaults, request, response, async (handshake) => {
      registry.assertComplete()
      return this.#answerChannel({
        resolved: orThrow(registry.resolvePlain(reference.channel)),
        request,
        response,
        handshake,
        defaults,
      })
    })
  }

  /** Takes an upgrade if it is under the path of the hub or of a gateway, or a channel is mounted there; returns whether it did. */
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean {
    const place = this.#placeOf(request)
    if (place === undefined) return false
    const handshake = handshakeOf(request, this.#parts.trustProxy)
    // A link that breaks during the handshake is no error of the hub.
    stream.on('error', destroyIt)
    const { address } = handshake
    const upgrade = () => stream.destroyed || this.#upgrade(place, { request, stream, head, handshake })
    const isIn = this.#parts.turnstile.pass(networkIn(handshake), prices.upgrade, {
      isGone: () => stream.destroyed,
      run: () => this.#parts.turns.begin(address, upgrade),
    })
    if (!isIn) refuseUpgrade(stream, 429, 'Too many connections of this address wait. Come back.')
    return true
  }

  async #handOver(
    gateway: Gateway,
    request: IncomingMessage,
    response: ServerResponse,
    handshake: Handshake,
  ): Promise<void> {
    if (request.method === 'OPTIONS') return answerPreflight(response, gateway.requestHeaders)
    const price = request.method === 'POST' ? prices.post : prices.longPoll
    this.#parts.allowances.admit({ address: networkIn(handshake) }, price)
    return gateway.handle(request, response, handshake)
  }

  #upgrade(place: 'connect' | ChannelPlace | Gateway, { request, stream, head, handshake }: Upgrade): void {
    const { sessions, counters, observing, isOriginAllowed, destinations } = this.#parts
    const wrong = notAHandshake(request)
    if (wrong !== undefined) refuseUpgrade(stream, 400, wrong)
    else if (sessions.isStopping) refuseUpgrade(stream, 503, 'This node is stopping. Come back.')
    else if (!isOriginAllowed(handshake)) {
      counters.rejected++
      observing.refused?.({
        rung: 'websocket',
        address: networkIn(handshake),
        code: 'origin-refused',
        message: wrongOrigin,
      })
      refuseUpgrade(stream, 403, wrongOrigin)
    } else if (place !== 'connect' && 'handleUpgrade' in place) place.handleUpgrade(request, stream, head, handshake)
    else if (place === 'connect') destinations.upgradeConnect({ request, stream, head, handshake })
    else destinations.upgradeChannel(place, { request, stream, head, handshake })
  }

  /** Where an upgrade leads; `undefined` if it is not for the hub. A mount may be below the hub's path. */
  #placeOf(request: IncomingMessage): 'connect' | ChannelPlace | Gateway | undefined {
    const pathname = pathOf(request.url)
    const gateway = this.#parts.gateways.find(pathname)
    if (gateway) return gateway
    const mount = this.#parts.mounts.find(pathname)
    if (mount) return { where: pathname, channel: () => mount.channelFor(request), defaults: mount.defaults }
    const rest = this.#restOf(pathname)
    if (rest === undefined || rest === '/connect') return rest && 'connect'
    return { where: rest, channel: () => channelAt(rest), defaults: {} }
  }

  /** What follows the hub's path in a request's path; `undefined` if the request is not for the hub. */
  #restOf(pathname: string): string | undefined {
    return restBelow(this.#parts.path, pathname)
  }

  async #route(rest: string, request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void> {
    const { registry, destinations } = this.#parts
    const { method = 'GET' } = request
    if (method === 'OPTIONS') return answerPreflight(response)
    const health = rest.startsWith('/health') ? healthOf(this.#parts, rest.slice('/health'.length)) : undefined
    if (health) return sendAnswer(request, response, { ...health, body: JSON.stringify(health.body), caching: 'none' })
    const explanation = explanationAt(rest, request.headers)
    if (explanation !== undefined) return answerText(request, response, explanation)
    if (rest === '/connect' && method === 'POST') return destinations.connect(request, response, handshake)
    if (rest === '/connect')
      return refuseMethod(request, response, 'POST, OPTIONS', 'The SDK connects by WebSocket or POST')
    if (rest === '/publish' && method === 'POST') return destinations.publishMany(request, response, handshake)
    if (rest === '/publish') return refuseMethod(request, response, 'POST, OPTIONS', 'Programs publish by POST')
    if (rest === '/revalidate' && method === 'POST') return destinations.revalidate(request, response, handshake)
    if (rest === '/revalidate') return refuseMethod(request, response, 'POST, OPTIONS', 'Programs revalidate by POST')
    return this.#answerChannel({
      resolved: orThrow(registry.resolvePlain(channelAt(rest))),
      request,
      response,
      handshake,
      defaults: {},
    })
  }

  async #answerChannel(read: ReadRequest): Promise<void> {
    const { request, response, resolved, handshake } = read
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return this.#parts.destinations.read(read)
      case 'POST':
        return this.#parts.destinations.publish(resolved, request, response, handshake)
      case 'OPTIONS':
        return answerPreflight(response)
      default:
        return refuseMethod(request, response, 'GET, HEAD, POST, OPTIONS', 'A channel takes GET and POST')
    }
  }

  #guarded(
    where: string,
    defaults: ReadRequest['defaults'],
    request: IncomingMessage,
    response: ServerResponse,
    run: (handshake: Handshake) => Promise<void>,
  ): void {
    // A link that breaks while it is answered is nobody's error.
    response.on('error', ignore)
    // A server that was not attached may hand on what it likes. Its streams have no connection of their own.
    if (request.httpVersionMajor > 1) return refuseVersion(request, response)
    this.#pipelined.inTurn(request, response, () => {
      const handshake = handshakeOf(request, this.#parts.trustProxy)
      const answer = () => response.destroyed || this.#answer(where, defaults, request, response, handshake, run)
      this.#parts.turns.begin(handshake.address, answer)
    })
  }

  async #answer(
    where: string,
    defaults: ReadRequest['defaults'],
    request: IncomingMessage,
    response: ServerResponse,
    handshake: Handshake,
    run: (handshake: Handshake) => Promise<void>,
  ): Promise<void> {
    const {
      isOriginAllowed,
      counters,
      observing,
      gate,
      clock,
      heartbeatIntervalMs,
      lateRefusals,
      allowances,
      destinations,
    } = this.#parts
    const network = networkIn(handshake)
    const mayBeUser = hasCredentials(handshake)
    // What a stranger has published must not be taken for a page or a script, whatever it looks like.
    response.setHeader('x-content-type-options', 'nosniff')
    try {
      if (!allowOrigin(isOriginAllowed, handshake, response)) throw new BaroError('origin-refused', wrongOrigin)
      // A session of the SDK waits for its turn.
      if (where !== '/connect') allowances.assertMayAsk(network, mayBeUser)
      await run(handshake)
    } catch (error) {
      if (request.destroyed && !request.complete) return
      counters.rejected++
      const refusal = gate.explain(error, where)
      observing.refused?.({ address: network, ...toldError(refusal, channelIn(where)) })
      // Who comes too fast would never be let in again.
      if (refusal.code !== 'rate-limited') allowances.refused(network, mayBeUser)
      await lateRefusals.hold(refusal, response)
      if (response.destroyed) return
      if (refusal.code === 'rate-limited' && asksForStream(request, defaults))
        return destinations.endStream(request, response, refusal)
      await sendError(request, response, refusal, docsOf(this.#parts.path, refusal.code))
    }
    endIfUnread(response, clock, 2 * heartbeatIntervalMs)
  }
}

const wrongOrigin = 'This origin is not allowed. The server has logged which setting allows it.'

function pathOf(url = ''): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** @throws {BaroError} `unknown-channel` if what follows the hub's path is not the place of a channel. */
function channelAt(rest: string): string {
  const name = /^\/channels\/([^/]+)$/.exec(rest)?.[1]
  if (name !== undefined) return name
  throw new BaroError('unknown-channel', `There is nothing at ${JSON.stringify(rest.slice(0, 80))}. See PROTOCOL.md.`)
}

function answerText(request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuseMethod(request, response, 'GET, HEAD, OPTIONS', 'An explanation is asked for with GET')
  response.setHeader('vary', 'Accept-Language')
  return sendAnswer(request, response, { status: 200, body: text, type: 'text/plain', caching: 'none' })
}

function refuseMethod(request: IncomingMessage, response: ServerResponse, allow: string, what: string): Promise<void> {
  response.setHeader('allow', allow)
  const error = new BaroError('bad-message', `${what}, not ${request.method}. See PROTOCOL.md.`)
  return sendAnswer(request, response, { status: 405, body: problemBody(error), caching: 'none' })
}

function refuseVersion({ httpVersion }: IncomingMessage, response: ServerResponse): void {
  const error = new BaroError('bad-message', `The hub speaks HTTP/1.1, not HTTP/${httpVersion}. Let a proxy translate.`)
  response.writeHead(505, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(problemBody(error))
}

/** What is wrong with a request that asks for an upgrade (RFC 6455 §4.1); the headers are for whoever opens WebSockets. */
function notAHandshake({
  method,
  httpVersion,
  httpVersionMajor,
  httpVersionMinor,
}: IncomingMessage): string | undefined {
  if (method !== 'GET') return `A WebSocket is asked for with GET, not ${method}.`
  if (httpVersionMajor < 1 || (httpVersionMajor === 1 && httpVersionMinor < 1))
    return `A WebSocket is asked for by HTTP/1.1, not HTTP/${httpVersion}.`
  return undefined
}

function networkIn({ address }: Handshake): string | undefined {
  return address === undefined ? undefined : networkOf(address)
}

/** Whether `auth` may find a user in it: by what browsers and clients send for that. */
function hasCredentials({ headers }: Handshake): boolean {
  return headers.authorization !== undefined || headers.cookie !== undefined
}

/** One listener for all sockets: of ten thousand idle ones, each keeps what its listeners remember. */
function destroyIt(this: Duplex): void {
  this.destroy()
}

// One listener for all responses, because an idle event stream keeps its response.
function ignore(): void {}
