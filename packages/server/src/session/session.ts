import { BaroError } from '@baro/core'
import { type Cancel, type Clock, type NowOrLater, orElse, type Randomness, whenHere } from '@baro/core/broker'
import { type ClientMessage, createId, decodeClientMessage } from '@baro/core/protocol'
import { type Allowances, LinkAllowance } from '../access/allowances.ts'
import type { Connection, Connections } from '../access/connections.ts'
import { networkOf } from '../access/network-of.ts'
import { expiresIn, type Holder, type Permit, type Permits } from '../access/permits.ts'
import { type Principal, whoOf } from '../access/principal.ts'
import type { Identity, SessionEnd } from '../channel/handlers.ts'
import type { Delegate, Delegating } from '../delegate/delegate.ts'
import type { Following } from '../delegate/following.ts'
import type { ClientsOwnMessage } from '../delivery/encode/sdk-messages.ts'
import type { Counters } from '../observe/counters.ts'
import type { SessionRung } from '../observe/hub-events.ts'
import type { Observing } from '../observe/observation.ts'
import { toldError } from '../observe/told-error.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake, LinkTap, SessionLink } from '../ports/socket.ts'
import type { ClaimsEpoch } from '../publish/claims-epoch.ts'
import { Commands, type CommandsParts } from './commands.ts'
import { type Named, namedBy, unread } from './named.ts'
import type { SessionContext } from './session-context.ts'
import {
  type About,
  type SessionAction,
  type SessionEvent,
  type SessionRules,
  sessionTransition,
  startSession,
} from './session-machine.ts'
import type { SessionOutbox } from './session-outbox.ts'
import { broken, type HubSession, type Sessions } from './sessions.ts'
import { Subscriptions, type SubscriptionsParts } from './subscriptions.ts'

/** What a session works with. */
export interface SessionParts extends CommandsParts, SubscriptionsParts {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly counters: Counters
  readonly observing: Observing
  readonly limits: Limits
  readonly sessions: Sessions
  readonly allowances: Allowances
  readonly connections: Connections
  readonly permits: Permits
  readonly delegating: Delegating
  readonly claimsEpoch: ClaimsEpoch
  readonly sessionRules: SessionRules
  /** How long the hub promises to remember a claim. */
  readonly publishWindowMs: number
}

/** What the link of a session is like. */
export interface LinkKind {
  /** The client cannot speak after its first messages. */
  readonly isOneWay: boolean
  /** The link is a request, which is answered after this time at the latest; the client comes back with another. */
  readonly waitMs?: number
}

/** Opens a session. */
export type OpenSession = (outbox: SessionOutbox, handshake: Handshake, link: LinkKind) => SessionLink

/** A session that makes its user a member is asked for a sign of life so often, and is gone after this silence. */
const memberRules = { askAfterMs: 10_000, silentAfterMs: 16_000 }

/** A member that comes by requests stays so long at least: one that polls asks every few seconds. */
const leastStayMs = 10_000

/**
 * So long lasts an event stream of a member. Nothing tells whether its client is still there: what is written goes to the
 * kernel, also if nobody reads. So the client comes back by another, or is gone.
 */
const longestStreamMs = 20_000

/** The server's side of one connection. It carries out what the session machine decides. */
export class Session implements SessionLink, SessionContext, HubSession, Principal, Holder {
  readonly id: string
  readonly outbox: SessionOutbox
  readonly delegate: Delegate
  readonly #parts: SessionParts
  /** Forgotten when authentication begins: headers would be a tenth of the memory of an idle session. */
  #handshake: Handshake | undefined
  readonly address: string | undefined
  readonly staysMs: number | undefined
  readonly #link: LinkKind
  #rules: SessionRules
  #isMember = false
  #ended: SessionEnd | undefined
  #cancelStream: Cancel | undefined
  readonly #allowance: LinkAllowance
  readonly #subscriptions: Subscriptions
  #permit: Permit | undefined
  #connection: Connection | undefined
  #isRefreshing = false
  #tap: LinkTap | undefined
  /** Made at first use, because most sessions only follow. */
  #lazyCommands: Commands | undefined
  #state: ReturnType<typeof startSession>
  #user: Identity | undefined
  /** The client's secret from `baro:connect`. */
  #client = ''
  claimsEpoch: string | undefined

  constructor(parts: SessionParts, outbox: SessionOutbox, handshake: Handshake, link: LinkKind) {
    const { clock, randomness, allowances } = parts
    const { address } = handshake
    this.id = createId(randomness)
    this.#parts = parts
    this.#handshake = handshake
    this.#link = link
    this.#rules = parts.sessionRules
    this.staysMs = link.waitMs === undefined ? undefined : Math.max(2 * link.waitMs, leastStayMs)
    this.#state = startSession(clock.elapsed(), link.isOneWay)
    this.address = address === undefined ? undefined : networkOf(address)
    this.#allowance = new LinkAllowance(allowances, this)
    this.outbox = outbox
    // The user is found out later, so the session itself is the principal, with a `user` that changes once.
    this.delegate = parts.delegating(this)
    this.#subscriptions = new Subscriptions(parts, this)
  }

  /** Refuses it if there are too many of its address. Called once, when the sessions of the node know it. */
  begin(): void {
    try {
      this.#connection = this.#parts.connections.open(this)
    } catch (error) {
      this.#on({ name: 'refused', error: this.#parts.gate.explain(error, 'baro:connect', this) })
    }
  }

  get user(): Identity | undefined {
    return this.#user
  }

  get rung(): SessionRung {
    const { isOneWay, waitMs } = this.#link
    if (waitMs !== undefined) return waitMs > 0 ? 'long-poll' : 'poll'
    return isOneWay ? 'sse' : 'websocket'
  }

  get guest(): string {
    return `client:${this.#client}`
  }

  get session(): string {
    return this.id
  }

  isMember(): void {
    if (this.#isMember) return
    this.#isMember = true
    const { isOneWay, waitMs } = this.#link
    const { sessions, sessionRules, clock } = this.#parts
    if (isOneWay && waitMs === undefined) this.#cancelStream = clock.after(longestStreamMs, () => this.drain(0))
    this.#rules = {
      ...sessionRules,
      askAfterMs: Math.min(sessionRules.askAfterMs, memberRules.askAfterMs),
      silentAfterMs: Math.min(sessionRules.silentAfterMs, memberRules.silentAfterMs),
    }
    if (!isOneWay) sessions.watchClosely(this)
  }

  spend(messages: number, bytes: number): number {
    const waitMs = this.#allowance.spend(messages, bytes)
    if (waitMs > 0 && messages > 0) this.#parts.observing.slowed?.({ ...whoOf(this), waitMs })
    return waitMs
  }

  followings(): Iterable<Following> {
    return this.#subscriptions.followings()
  }

  get waitingBytes(): number {
    return this.outbox.waitingBytes
  }

  tap(tap: LinkTap): (() => void) | undefined {
    const stop = this.outbox.tap(tap)
    if (!stop) return undefined
    this.#tap = tap
    return () => {
      this.#tap = undefined
      stop()
    }
  }

  receive(data: string | Uint8Array): void {
    this.#tap?.heard(data)
    const atMs = this.#parts.clock.elapsed()
    const decoded = decodeClientMessage(data)
    if (!decoded.ok) return this.#reject(decoded.error, unread(data))
    this.#allowance.understood()
    this.#on({ name: 'message', message: decoded.value, length: data.length, atMs })
  }

  refuse(error: BaroError, message: unknown): void {
    this.#reject(error, { type: 'unread', payload: namedBy(message) })
  }

  drained(): void {
    this.outbox.drained()
  }

  closed(code: number = broken.code, reason: string = broken.reason): void {
    this.#ended ??= { code, reason }
    this.outbox.discard()
    this.#connection?.end()
    this.#on({ name: 'gone' })
    this.#parts.sessions.linkGone(this)
  }

  /** Called a few times in each heartbeat interval. */
  tick(atMs: number, stoodMs: number): void {
    this.#on({ name: 'tick', atMs, spokeAtMs: this.outbox.spokeAtMs, stoodMs })
  }

  drain(reconnectInMs: number): void {
    this.#on({ name: 'drain', reconnectInMs })
  }

  claimsLost(epoch: string, reconnectInMs: number): void {
    // A session that is not open yet hears of the new life in `baro:connected`.
    if (this.#state.phase === 'open' && this.claimsEpoch !== epoch) this.drain(reconnectInMs)
  }

  over(error: BaroError): void {
    this.#on({ name: 'over', error })
  }

  revoked(channel: string | undefined): void {
    this.#subscriptions.revoke(channel)
  }

  comeBack(): void {
    this.drain(0)
  }

  send(message: ClientsOwnMessage): void {
    this.outbox.send(message)
  }

  sendError(error: BaroError, named: Named): void {
    const { code, message } = error
    const { counters, observing } = this.#parts
    counters.rejected++
    observing.refused?.({
      ...whoOf(this),
      ...toldError(error, named.channel),
      isOfFollowing: named.attempt !== undefined,
    })
    this.send({ type: 'baro:error', payload: { code, message, ...named } })
  }

  /** Something came that could not be read. */
  #reject(error: BaroError, about: About): void {
    const isOneTooMany = this.#allowance.mistake()
    const atMs = this.#parts.clock.elapsed()
    this.#on({ name: 'rejected', error, about, atMs })
    if (isOneTooMany) this.#on({ name: 'unreadable' })
  }

  #on(event: SessionEvent): void {
    const { state, actions } = sessionTransition(this.#state, event, this.#rules)
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
        // An earlier action may have ended the session, and nobody would end what begins now.
        return this.#state.phase === 'open' ? this.#handle(action.message) : undefined
      case 'error':
        return this.#refuse(action.error, action.about)
      case 'heartbeat':
        return this.send({ type: 'baro:heartbeat', payload: {} })
      case 'forget':
        return this.outbox.forget()
      case 'announce-drain':
        return this.send({ type: 'baro:drain', payload: { reconnectInMs: action.reconnectInMs } })
      case 'close':
        this.#ended = { code: action.code, reason: action.reason }
        return this.outbox.close(action.code, action.reason)
      case 'end':
        this.#cancelStream?.()
        this.#permit?.end()
        this.#subscriptions.endAll()
        this.#parts.sessions.ended(this, this.#ended ?? broken)
    }
  }

  #refuse(error: BaroError, about: About | undefined): void {
    if (about?.type === 'baro:publish' && error.retry) this.#commands.refused(about)
    this.sendError(error, about?.type === 'unread' ? about.payload : namedBy(about))
  }

  get #commands(): Commands {
    this.#lazyCommands ??= new Commands(this.#parts, this)
    return this.#lazyCommands
  }

  #authenticate(given: string | undefined): void {
    const { headers } = this.#handshake ?? { headers: {} }
    this.#handshake = undefined
    const { gate, permits, claimsEpoch } = this.#parts
    const known = (user: Identity | undefined): NowOrLater<void> => {
      if (this.#state.phase === 'closed') return
      this.#connection?.become({ user, address: this.address })
      this.#user = user
      // Before anything else is waited for: what is heard meanwhile must find its user.
      this.#permit = permits.open(user, this)
      return whenHere(claimsEpoch.ask(), () => {
        if (this.#state.phase === 'closed') return
        // Asked now, because the claims may have been lost while the session authenticated.
        this.claimsEpoch ??= claimsEpoch.known
        this.#letIn()
      })
    }
    orElse<void>(
      () => whenHere(gate.authenticate(headers, given), known),
      (error) => this.#on({ name: 'refused', error: gate.explain(error, 'baro:connect', this) }),
    )
  }

  /** Lets the client in once the user has earned what the link has spent: else each new link would bring a burst. */
  #letIn(): void {
    const waitMs = this.#user ? this.#allowance.known() : 0
    if (waitMs > 0) this.#parts.clock.after(waitMs, () => this.#on({ name: 'authenticated' }))
    else this.#on({ name: 'authenticated' })
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
        ...expiresIn(this.#parts.clock, this.#user),
      },
    })
    this.#parts.sessions.opened(this)
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
      case 'baro:refresh':
        return void this.#refresh(message.payload.token)
      case 'baro:connect':
      case 'baro:heartbeat':
        return
    }
  }

  /**
   * Goes on with a new token. A session belongs to one user for all its life, because its claims, its allowance and its
   * subscriptions do: with somebody else's token it ends, and the client comes back as that user.
   */
  async #refresh(token: string): Promise<void> {
    const { gate, permits, clock } = this.#parts
    try {
      if (this.#isRefreshing)
        throw new BaroError('in-progress', 'A token is being checked already. Wait for the answer.')
      this.#isRefreshing = true
      const user = await gate.authenticateInTime({}, token).finally(() => {
        this.#isRefreshing = false
      })
      if (this.#state.phase !== 'open') return
      if (user?.id !== this.#user?.id) return this.drain(0)
      this.#user = user
      this.#permit?.end()
      this.#permit = permits.open(user, this)
      this.send({ type: 'baro:refreshed', payload: expiresIn(clock, user) })
      this.#subscriptions.askAgain()
    } catch (error) {
      // What the session has is as good as it was.
      if (this.#state.phase === 'open') this.sendError(gate.explain(error, 'baro:refresh', this), {})
    }
  }
}
