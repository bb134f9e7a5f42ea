/** One channel on one open stream, for code that knows nothing of us: a plain WebSocket or an EventSource. */
import { type BaroError, closeCodes, type Position, type ResetReason } from '@baro/core'
import type { ChannelContext, Identity } from '../../channel/handlers.ts'
import type { Resolved } from '../../channel/registry.ts'
import type { Batch } from '../../delivery/batch.ts'
import type { EncodedSnapshot } from '../../delivery/encode/encoded-snapshot.ts'
import { madeOnce } from '../../delivery/encode/made-once.ts'
import { Outbox } from '../../delivery/outbox.ts'
import type { HubParts, HubSession } from '../../hub/hub-parts.ts'
import type { SessionLink, Socket } from '../../ports/socket.ts'
import type { PublishAnswer } from '../../publish/publisher.ts'
import type { Feed } from '../../stream/feed.ts'
import { type Outlet, Reader } from '../../stream/reader.ts'
import type { ChannelDialect } from './channel-dialects.ts'
import { ChannelInbox, type InboxOutlet } from './channel-inbox.ts'

/** What a stream is about. */
export interface ChannelStreamRequest {
  readonly resolved: Resolved
  readonly dialect: ChannelDialect
  /** Where to continue from. */
  readonly position: Position | undefined
  readonly user: Identity | undefined
}

/** How a stream keeps its link alive and ends it; each transport has its own way. */
export interface StreamLife {
  /** Called once in each heartbeat interval in which nothing was written. */
  heartbeat(): void
  /** Tells the other side to come back after this time; the stream closes right after. */
  drain(reconnectInMs: number): void
}

/** Carries a reader's findings to a plain stream, and what the other side sends to the channel's handlers. */
export class ChannelStream implements SessionLink, HubSession, Outlet<Uint8Array>, InboxOutlet {
  readonly id: string
  readonly user: Identity | undefined
  readonly outbox: Outbox
  readonly dialect: ChannelDialect
  readonly #parts: HubParts
  readonly #resolved: Resolved
  readonly #life: StreamLife
  readonly #feed: Feed
  readonly #context: ChannelContext
  #reader: Reader<Uint8Array> | undefined
  /** Most streams only listen. */
  #lazyInbox: ChannelInbox | undefined
  #isEnded = false

  constructor(parts: HubParts, socket: Socket, life: StreamLife, request: ChannelStreamRequest) {
    const { resolved, dialect, user } = request
    this.id = parts.newId()
    this.user = user
    this.dialect = dialect
    this.#parts = parts
    this.#resolved = resolved
    this.#life = life
    this.outbox = new Outbox(socket, parts.ticker, parts.limits, parts.clock.elapsed())
    this.#context = { channel: resolved.channel, params: resolved.params, user, session: this.id }
    this.#feed = parts.feeds.hold(resolved)
    const read = () => this.#read(request.position)
    if (this.#feed.isOpen) read()
    else this.#feed.opened.then(read).catch((error) => this.failed(error))
  }

  recovered(batch: Batch): void {
    const bytes = madeOnce(batch, this.dialect.encode)
    if (bytes) this.continued(bytes)
  }

  continued(bytes: Uint8Array): void {
    this.outbox.deliverPieces([bytes])
  }

  deliver(bytes: Uint8Array): void {
    this.outbox.deliver(bytes)
  }

  signal(bytes: Uint8Array): void {
    this.outbox.deliver(bytes)
  }

  reset(reason: ResetReason, snapshot: EncodedSnapshot): void {
    this.outbox.deliverPieces(this.dialect.encodeReset(reason, snapshot))
  }

  failed(error: unknown): void {
    if (this.#isEnded) return
    this.refused(this.#parts.explain(error, this.#resolved.channel))
    this.#close(closeCodes.unavailable, 'the channel could not be read; come back')
  }

  receive(data: string | Uint8Array): void {
    this.#inbox.receive(data)
  }

  refuse(error: BaroError): void {
    this.#inbox.refuse(error)
  }

  published(answer: PublishAnswer): void {
    this.outbox.replyBytes(this.dialect.encodeAside('baro:published', answer))
  }

  refused({ code, message }: BaroError, id?: string): void {
    this.#parts.counters.rejected++
    this.outbox.replyBytes(
      this.dialect.encodeAside('baro:error', { code, message, ...(id === undefined ? undefined : { id }) }),
    )
  }

  drained(): void {
    this.outbox.drained()
  }

  closed(): void {
    this.outbox.discard()
    this.#end()
    this.#parts.linkGone(this)
  }

  tick(atMs: number): void {
    if (atMs - this.outbox.spokeAtMs < this.#parts.sessionRules.heartbeatIntervalMs) return
    this.outbox.spokeAtMs = atMs
    this.#life.heartbeat()
  }

  drain(reconnectInMs: number): void {
    this.#life.drain(reconnectInMs)
    this.#close(closeCodes.drain, 'this node stops; come back')
  }

  /** Its publishes are claimed by ids, if at all, and count on nothing. */
  claimsLost(): void {}

  get #inbox(): ChannelInbox {
    this.#lazyInbox ??= new ChannelInbox(this.#parts, this.#resolved, this.#context, this)
    return this.#lazyInbox
  }

  #read(asked: Position | undefined): void {
    if (this.#isEnded) return
    this.#parts.runHook(this.#resolved.handlers.joined, this.#context)
    this.#reader = new Reader(this.#feed, this, this.#parts.counters, asked ?? this.#beginNow())
  }

  /** Where the view has no place for a snapshot, who names no position wants what happens from now on. */
  #beginNow(): Position | undefined {
    if (this.dialect.view !== 'payload') return undefined
    const { position } = this.#feed
    const bytes = this.dialect.encodePosition(position)
    if (bytes) this.outbox.deliver(bytes)
    return position
  }

  #close(code: number, reason: string): void {
    this.outbox.close(code, reason)
    this.#end()
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#reader?.end()
    this.#parts.feeds.release(this.#feed)
    if (this.#reader) this.#parts.runHook(this.#resolved.handlers.left, this.#context)
    this.#parts.sessionEnded(this)
  }
}
