/** One channel on one plain stream, for code that does not use our client: a WebSocket or an EventSource. */
import { BaroError, type Json } from '@baro/core'
import { type Cancel, type Clock, deadlineIn, type Randomness, type ResetReason } from '@baro/core/broker'
import { closeCodes, createId, ownerOf, type Position } from '@baro/core/protocol'
import { type Allowances, LinkAllowance } from '../../access/allowances.ts'
import type { Connection, Connections } from '../../access/connections.ts'
import type { Gate } from '../../access/gate.ts'
import { expiresIn, type Holder, type Permit, type Permits, revokedFrom } from '../../access/permits.ts'
import { type Principal, whoOf } from '../../access/principal.ts'
import type { Identity, SessionEnd } from '../../channel/handlers.ts'
import type { Resolved } from '../../channel/registry.ts'
import type { Delegate, Delegating } from '../../delegate/delegate.ts'
import type { Following, Start } from '../../delegate/following.ts'
import type { Batch } from '../../delivery/batch.ts'
import type { EncodedSnapshot } from '../../delivery/encode/encoded-snapshot.ts'
import { madeOnce } from '../../delivery/made-once.ts'
import { Outbox } from '../../delivery/outbox.ts'
import type { Ticker } from '../../delivery/ticker.ts'
import type { Counters } from '../../observe/counters.ts'
import type { SessionRung } from '../../observe/hub-events.ts'
import type { Observing } from '../../observe/observation.ts'
import { toldError } from '../../observe/told-error.ts'
import type { Limits } from '../../ports/limits.ts'
import type { LinkTap, SessionLink, Socket } from '../../ports/socket.ts'
import type { PublishAnswer } from '../../publish/publisher.ts'
import { broken, type HubSession, type Sessions } from '../../session/sessions.ts'
import type { Outlet } from '../../stream/reader.ts'
import type { ChannelDialect } from './channel-dialects.ts'
import { ChannelInbox, type InboxOutlet, unauthenticated } from './channel-inbox.ts'
import type { Receipts } from './receipts.ts'

/** What a stream works with. */
export interface ChannelStreamParts {
  readonly gate: Gate
  readonly clock: Clock
  readonly randomness: Randomness
  readonly ticker: Ticker
  readonly limits: Limits
  readonly counters: Pick<Counters, 'rejected'>
  readonly observing: Observing
  readonly sessions: Sessions
  readonly allowances: Allowances
  readonly connections: Connections
  readonly permits: Permits
  readonly delegating: Delegating
  readonly heartbeatIntervalMs: number
}

/** What a stream follows, and for whom. */
export interface ChannelStreamRequest {
  readonly resolved: Resolved
  readonly dialect: ChannelDialect
  /** The position to continue from. */
  readonly position: Position | undefined
  /** By what it reads. */
  readonly rung: SessionRung
  /** Who reads. */
  readonly reader: Pick<Principal, 'user' | 'key' | 'address'>
  /** The rule refuses whoever brought no token, so nothing is told until one comes. Left out: the rule has allowed it. */
  readonly awaitsToken?: boolean
}

/** What only the transport of a stream can say. */
export interface StreamVoice {
  /** Says that the hub lives. Called after each heartbeat interval in which nothing was written. */
  heartbeat(): void
  /** Tells the client to come back after this time. The stream closes right after it. */
  drain(reconnectInMs: number): void
  /**
   * Makes what finds out how far this reader has read, if the client wants that to be remembered. Called once, when it is
   * known who reads.
   */
  receipts?(reader: Principal, send: (frame: Uint8Array) => void): Receipts
}

/** Writes what its reader finds to a plain stream, and gives what the client sends to the channel's handlers. */
export class ChannelStream implements SessionLink, HubSession, Outlet<Uint8Array>, InboxOutlet, Holder {
  readonly id: string
  readonly outbox: Outbox
  readonly dialect: ChannelDialect
  readonly rung: SessionRung
  readonly #parts: ChannelStreamParts
  readonly #voice: StreamVoice
  /** That of the delegate. Its user changes when another token comes. */
  #principal: { user: Identity | undefined } & Pick<Principal, 'key' | 'address' | 'session' | 'rung'>
  /** Another one for another user: what was sent before is done for who sent it, and never for who came after. */
  #delegate: Delegate
  readonly #following: Following
  /** Where it begins: what the request asks for, until it is known who reads. */
  #start: Start
  #receipts: Receipts | undefined
  /** Made at first use: an event stream spends nothing. */
  #lazyAllowance: LinkAllowance | undefined
  /** Made at first use, because most streams only follow. */
  #lazyInbox: ChannelInbox | undefined
  #permit: Permit | undefined
  #connection: Connection | undefined
  /** Of a server key that opened the stream. */
  #stopWatchingKey: Cancel | undefined
  #awaitsToken = false
  /** While no token has come. */
  #cancelWait: Cancel | undefined
  #isEnded = false
  #tap: LinkTap | undefined

  constructor(parts: ChannelStreamParts, socket: Socket, voice: StreamVoice, request: ChannelStreamRequest) {
    const { resolved, dialect, reader, position, awaitsToken, rung } = request
    this.id = createId(parts.randomness)
    this.dialect = dialect
    this.#parts = parts
    this.#voice = voice
    this.outbox = new Outbox(socket, parts.ticker, parts.limits, parts.clock.elapsed())
    // The scope of a guest's ids is this stream, because nothing says that another stream is of the same guest.
    this.rung = rung
    this.#principal = { user: reader.user, key: reader.key, address: reader.address, session: this.id, rung }
    this.#delegate = parts.delegating(this.#principal)
    this.#following = this.#delegate.follow(resolved)
    this.#start = position
    parts.sessions.started(this)
    // `started` ends the stream at once if the node is stopping.
    if (this.#isEnded) return
    try {
      this.#connection = parts.connections.open(this.#principal)
    } catch (error) {
      this.failed(error)
      return
    }
    this.#awaitsToken = awaitsToken === true
    if (awaitsToken) this.#cancelWait = deadlineIn(parts.clock, parts.limits.connectTimeoutMs, () => this.#tooLate())
    else this.#begin()
  }

  #begin(): void {
    this.#awaitsToken = false
    // First, so that whoever is told of it may disconnect its user.
    this.#permit = this.#parts.permits.open(this.user, this)
    this.#parts.sessions.opened(this)
    if (this.#isEnded) return
    const { key } = this.#principal
    if (key)
      this.#stopWatchingKey = this.#parts.gate.watchKey(key, this.#following.resolved, (error) => this.failed(error))
    this.#receipts = this.#voice.receipts?.(this.#principal, (frame) => this.outbox.deliver(frame, this.#channel))
    // A view of payloads shows no snapshot, so without a position it starts with what happens from now on.
    this.#start ??= this.#receipts?.position ?? (this.dialect.view === 'payload' ? 'now' : undefined)
    this.#following.begin(this.#start, this, 'asked')
  }

  get awaitsToken(): boolean {
    return this.#awaitsToken
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  #tooLate(): void {
    this.refused(unauthenticated())
    this.#close(closeCodes['no-connect'], `no token came within ${this.#parts.limits.connectTimeoutMs} ms`)
  }

  /** A token came. Whoever it belongs to reads from now on, if the rule allows it. */
  async authenticate(token: string): Promise<boolean> {
    const { gate, permits, clock } = this.#parts
    // A program is nobody's user. What it has opened stays as good as it was.
    if (this.#principal.key) {
      this.refused(misplacedToken())
      return false
    }
    const isFirst = this.awaitsToken
    // From now on it is not the client that is waited for.
    this.#cancelWait?.()
    let user: Identity | undefined
    try {
      user = await gate.authenticateInTime({}, token)
    } catch (error) {
      const explained = gate.explain(error, this.#channel, this.#principal)
      // What an open stream has is as good as it was.
      if (isFirst) this.#refuseFor(explained)
      else this.refused(explained)
      return false
    }
    try {
      await gate.assertAllowed(this.#following.resolved, { ...this.#principal, user }, 'read')
      if (this.#isEnded) return false
      this.#connection?.become({ user, address: this.#principal.address })
      if (user?.id === this.user?.id) this.#principal.user = user
      else this.#become(user)
      const aside = { ...(user && { user: user.id }), ...expiresIn(clock, user) }
      this.outbox.replyBytes(this.dialect.encodeAside('baro:authenticated', aside))
      if (isFirst) this.#begin()
      else {
        this.#permit?.end()
        this.#permit = permits.open(user, this)
      }
      return true
    } catch (error) {
      this.#refuseFor(gate.explain(error, this.#channel, this.#principal))
      return false
    }
  }

  #become(user: Identity | undefined): void {
    this.#principal = { ...this.#principal, user }
    this.#delegate = this.#parts.delegating(this.#principal)
    this.#following.handOver(this.#principal)
  }

  /** For whom the stream acts. */
  get delegate(): Delegate {
    return this.#delegate
  }

  /** Ends the stream: nothing of the channel that waits is handed over (I8). */
  #refuseFor(error: BaroError): void {
    if (this.#isEnded) return
    this.outbox.forget()
    this.#refuse(error, undefined, true)
    if (error.retryAfterMs !== undefined) this.#voice.drain(error.retryAfterMs)
    this.#close(closeCodeFor(error), error.message)
  }

  get user(): Identity | undefined {
    return this.#principal.user
  }

  get address(): string | undefined {
    return this.#principal.address
  }

  recovered(batch: Batch): void {
    // A client that named no position is told where it starts: nothing is missed if the stream breaks before a message.
    const start = this.#start === 'now' ? this.dialect.encodePosition(batch.follows) : undefined
    if (start) this.outbox.deliver(start, this.#channel)
    this.#receipts?.startsAt(batch.follows)
    const bytes = madeOnce(batch, this.dialect.encode)
    if (bytes) this.continued(bytes, batch.position)
  }

  continued(bytes: Uint8Array, position: Position): void {
    this.outbox.deliverPieces([bytes], this.#channel)
    this.#receipts?.delivered(position)
  }

  deliver(bytes: Uint8Array, position: Position): void {
    this.outbox.deliver(bytes, this.#channel)
    this.#receipts?.delivered(position)
  }

  signal(bytes: Uint8Array): void {
    this.outbox.deliver(bytes, this.#channel)
  }

  reset(reason: ResetReason, snapshot: EncodedSnapshot): void {
    this.outbox.deliverPieces(this.dialect.encodeReset(reason, snapshot), this.#channel)
    this.#receipts?.delivered(snapshot.position)
  }

  failed(error: unknown): void {
    this.#refuseFor(this.#parts.gate.explain(error, this.#channel, this.#principal))
  }

  over(error: BaroError): void {
    this.#refuseFor(error)
  }

  revoked(channel: string | undefined): void {
    if (channel === undefined || channel === (ownerOf(this.#channel)?.owner ?? this.#channel))
      this.over(revokedFrom(this.#channel))
  }

  comeBack(): void {
    this.drain(0)
  }

  spend(messages: number, bytes: number): number {
    const waitMs = this.#allowance.spend(messages, bytes)
    if (waitMs > 0 && messages > 0) this.#parts.observing.slowed?.({ ...whoOf(this.#principal), waitMs })
    return waitMs
  }

  *followings(): Iterable<Following> {
    yield this.#following
  }

  get waitingBytes(): number {
    return this.outbox.waitingBytes
  }

  tap(tap: LinkTap): () => void {
    const stop = this.outbox.tap(tap)
    this.#tap = tap
    return () => {
      this.#tap = undefined
      stop()
    }
  }

  receive(data: string | Uint8Array): void {
    // A client that goes on sending behind the close frame does nothing more for anybody.
    if (this.#isEnded) return
    this.#tap?.heard(data)
    this.#inbox.receive(data)
  }

  refuse(error: BaroError, message: unknown): void {
    this.#inbox.refuse(error, message)
  }

  published(answer: PublishAnswer): void {
    this.outbox.replyBytes(this.dialect.encodeAside('baro:published', answer))
  }

  answered(payload: Json, id?: string): void {
    this.outbox.replyBytes(this.dialect.encodeAnswer(payload, id))
  }

  refused(error: BaroError, id?: string): void {
    this.#refuse(error, id, false)
  }

  #refuse(error: BaroError, id: string | undefined, isOfFollowing: boolean): void {
    const { code, message, retryAfterMs } = error
    this.#parts.counters.rejected++
    this.#parts.observing.refused?.({
      ...whoOf(this.#principal),
      ...toldError(error, this.#channel),
      isOfFollowing,
    })
    this.outbox.replyBytes(
      this.dialect.encodeAside('baro:error', {
        code,
        message,
        ...(retryAfterMs === undefined ? undefined : { retryAfterMs }),
        ...(id === undefined ? undefined : { id }),
      }),
    )
  }

  unreadable(): void {
    this.#close(closeCodes.unreadable, 'too many messages in a row could not be read')
  }

  drained(): void {
    this.outbox.drained()
  }

  closed(code: number = broken.code, reason: string = broken.reason): void {
    this.outbox.discard()
    this.#connection?.end()
    this.#end({ code, reason })
    this.#parts.sessions.linkGone(this)
  }

  tick(atMs: number): void {
    if (atMs - this.outbox.spokeAtMs < this.#parts.heartbeatIntervalMs) return
    this.outbox.spokeAtMs = atMs
    this.#voice.heartbeat()
  }

  drain(reconnectInMs: number): void {
    this.#voice.drain(reconnectInMs)
    this.#close(closeCodes.drain, 'this stream ends; come back')
  }

  /** Nothing to do: publishes of a plain stream are claimed by ids, and count on no life of the claims. */
  claimsLost(): void {}

  get #channel(): string {
    return this.#following.resolved.channel
  }

  get #allowance(): LinkAllowance {
    this.#lazyAllowance ??= new LinkAllowance(this.#parts.allowances, this)
    return this.#lazyAllowance
  }

  get #inbox(): ChannelInbox {
    this.#lazyInbox ??= new ChannelInbox(
      { gate: this.#parts.gate, allowance: this.#allowance },
      this.#following.resolved,
      this,
    )
    return this.#lazyInbox
  }

  #close(code: number, reason: string): void {
    this.outbox.close(code, reason)
    this.#end({ code, reason })
  }

  #end(end: SessionEnd): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#cancelWait?.()
    this.#permit?.end()
    this.#stopWatchingKey?.()
    this.#receipts?.end()
    this.#following.end()
    this.#parts.sessions.ended(this, end)
  }
}

/** The code with which a plain WebSocket is closed, because of this error. */
function closeCodeFor({ code }: BaroError): number {
  if (code === 'expired' || code === 'refused' || code === 'unauthenticated') return closeCodes[code]
  return closeCodes.unavailable
}

function misplacedToken(): BaroError {
  return new BaroError('refused', 'A server key has opened this connection. For a user, open another one.')
}
