import { type BaroError, type ClientMessage, createId, decodeClientMessage } from '@baro/core'
import { bearerOf } from '../access/bearer.ts'
import type { Identity } from '../channel/handlers.ts'
import type { ClientsOwnMessage } from '../delivery/encode/sdk-messages.ts'
import type { HubParts, HubSession } from '../hub/hub-parts.ts'
import type { Handshake, SessionLink } from '../ports/socket.ts'
import { Commands } from './commands.ts'
import type { SessionContext } from './session-context.ts'
import { type SessionAction, type SessionEvent, sessionTransition, startSession } from './session-machine.ts'
import type { SessionOutbox } from './session-outbox.ts'
import { Subscriptions } from './subscriptions.ts'

/** The server's side of one connection: carries out what the session machine decides. */
export class Session implements SessionLink, SessionContext, HubSession {
  readonly id: string
  readonly outbox: SessionOutbox
  readonly #parts: HubParts
  /** Forgotten once the session is authenticated: headers would be a tenth of what an idle session keeps. */
  #handshake: Handshake | undefined
  readonly #subscriptions: Subscriptions
  /** Most sessions only listen. */
  #lazyCommands: Commands | undefined
  #state: ReturnType<typeof startSession>
  #user: Identity | undefined
  /** The client's secret from `baro:connect`: the scope of a guest's publish ids. */
  #client = ''
  claimsEpoch: string | undefined

  constructor(parts: HubParts, outbox: SessionOutbox, handshake: Handshake, isOneWay = false) {
    this.id = createId(parts.randomness)
    this.#parts = parts
    this.#handshake = handshake
    this.#state = startSession(parts.clock.elapsed(), parts.sessionRules, isOneWay)
    this.outbox = outbox
    this.#subscriptions = new Subscriptions(parts, this)
  }

  get user(): Identity | undefined {
    return this.#user
  }

  /** Whose publish ids these are (I5). A user's id and a client's secret can never be the same scope. */
  get scope(): string {
    return this.#user ? `user:${this.#user.id}` : `client:${this.#client}`
  }

  receive(data: string | Uint8Array): void {
    const atMs = this.#parts.clock.elapsed()
    const decoded = decodeClientMessage(data)
    this.#on(
      decoded.ok
        ? { name: 'message', message: decoded.value, length: data.length, atMs }
        : { name: 'malformed', error: decoded.error, atMs },
    )
  }

  refuse(error: BaroError): void {
    this.#on({ name: 'malformed', error, atMs: this.#parts.clock.elapsed() })
  }

  drained(): void {
    this.outbox.drained()
  }

  closed(): void {
    this.outbox.discard()
    this.#on({ name: 'gone' })
    this.#parts.linkGone(this)
  }

  /** Called a few times in each heartbeat interval. */
  tick(atMs: number): void {
    this.#on({ name: 'tick', atMs, spokeAtMs: this.outbox.spokeAtMs })
  }

  drain(reconnectInMs: number): void {
    this.#on({ name: 'drain', reconnectInMs })
  }

  claimsLost(claimsEpoch: string): void {
    if (this.#state.phase !== 'open') return
    this.claimsEpoch = claimsEpoch
    this.drain(0)
  }

  send(message: ClientsOwnMessage): void {
    this.outbox.send(message)
  }

  /** Answers something the client sent with what was wrong about it. */
  sendError(error: BaroError, about?: { readonly payload: object }): void {
    this.#parts.counters.rejected++
    const { id, channel, attempt } = (about?.payload ?? {}) as { id?: string; channel?: string; attempt?: number }
    this.send({
      type: 'baro:error',
      payload: {
        code: error.code,
        message: error.message,
        ...(id === undefined ? undefined : { id }),
        ...(channel === undefined ? undefined : { channel }),
        ...(attempt === undefined ? undefined : { attempt }),
      },
    })
  }

  #on(event: SessionEvent): void {
    const { state, actions } = sessionTransition(this.#state, event, this.#parts.sessionRules)
    this.#state = state
    for (const action of actions) this.#do(action)
  }

  #do(action: SessionAction): void {
    switch (action.do) {
      case 'authenticate':
        this.#client = action.message.payload.client
        this.claimsEpoch = action.message.payload.claimsEpoch
        return this.#authenticate(action.message.payload.token)
      case 'welcome':
        return this.#welcome()
      case 'handle':
        // What was decided before may have ended the session, and nobody would end what is begun now.
        return this.#state.phase === 'open' ? this.#handle(action.message) : undefined
      case 'error':
        return this.sendError(action.error, action.about)
      case 'heartbeat':
        return this.send({ type: 'baro:heartbeat', payload: {} })
      case 'announce-drain':
        return this.send({ type: 'baro:drain', payload: { reconnectInMs: action.reconnectInMs } })
      case 'close':
        return this.outbox.close(action.code, action.reason)
      case 'end':
        this.#subscriptions.endAll()
        this.#parts.sessionEnded(this)
    }
  }

  get #commands(): Commands {
    this.#lazyCommands ??= new Commands(this.#parts, this)
    return this.#lazyCommands
  }

  #authenticate(given: string | undefined): void {
    const { headers } = this.#handshake ?? { headers: {} }
    this.#handshake = undefined
    const token = given ?? bearerOf(headers)
    Promise.all([
      this.#parts.authenticate({ headers, ...(token === undefined ? undefined : { token }) }),
      this.#parts.claimsEpoch.ask(),
    ])
      .then(([user, claimsEpoch]) => {
        this.#user = user
        this.claimsEpoch ??= claimsEpoch
        this.#on({ name: 'authenticated' })
      })
      .catch((error) => this.#on({ name: 'refused', error: this.#parts.explain(error, 'baro:connect') }))
  }

  #welcome(): void {
    const { heartbeatIntervalMs } = this.#parts.sessionRules
    this.send({
      type: 'baro:connected',
      payload: {
        session: this.id,
        ...(this.#user && { user: this.#user.id }),
        heartbeatIntervalMs,
        maxMessageBytes: this.#parts.limits.maxMessageBytes,
        publishWindowMs: this.#parts.publishWindowMs,
        claimsEpoch: this.#parts.claimsEpoch.known ?? '',
      },
    })
    this.#parts.sessionOpened(this)
  }

  #handle(message: ClientMessage): void {
    switch (message.type) {
      case 'baro:subscribe':
        return this.#subscriptions.subscribe(message)
      case 'baro:unsubscribe':
        return this.#subscriptions.unsubscribe(message)
      case 'baro:publish':
        return this.#commands.publish(message)
      case 'baro:signal':
        return this.#commands.signal(message)
      case 'baro:request':
        return this.#commands.request(message)
      case 'baro:connect':
      case 'baro:heartbeat':
        return
    }
  }
}
