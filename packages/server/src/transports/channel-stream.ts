/** One channel on one open stream, for code that knows nothing of us: a plain WebSocket or an EventSource. */
import { BaroError, closeCodes, type Position, parseJson, type ResetReason } from '@baro/core'
import type { ChannelContext, Identity } from '../handlers.ts'
import type { HubParts, HubSession } from '../hub-parts.ts'
import type { SessionLink, Socket } from '../ports/socket.ts'
import type { Resolved } from '../registry.ts'
import type { Batch } from '../stream/batch.ts'
import type { EncodedSnapshot } from '../stream/channel-value.ts'
import type { Feed } from '../stream/feed.ts'
import type { Form } from '../stream/form.ts'
import { Outbox } from '../stream/outbox.ts'
import { type Outlet, Reader } from '../stream/reader.ts'
import type { ChannelForm } from './channel-forms.ts'

/** What a stream is about. */
export interface ChannelStreamRequest {
  readonly resolved: Resolved
  readonly form: ChannelForm
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
export class ChannelStream implements SessionLink, HubSession, Outlet {
  readonly id: string
  readonly user: Identity | undefined
  readonly outbox: Outbox
  readonly form: Form
  readonly #parts: HubParts
  readonly #form: ChannelForm
  readonly #resolved: Resolved
  readonly #life: StreamLife
  readonly #feed: Feed
  readonly #context: ChannelContext
  #reader: Reader | undefined
  #lastPublish: Promise<void> = Promise.resolve()
  #isEnded = false
  /** Bytes that were waiting at the last look; a link that moves none for two intervals is dead. */
  #stuckBytes = 0
  #stuckSinceMs: number

  constructor(parts: HubParts, socket: Socket, life: StreamLife, request: ChannelStreamRequest) {
    const nowMs = parts.clock.elapsed()
    const { resolved, form, user } = request
    this.id = parts.newId()
    this.user = user
    this.form = form
    this.#form = form
    this.#parts = parts
    this.#resolved = resolved
    this.#life = life
    this.#stuckSinceMs = nowMs
    this.outbox = new Outbox(socket, parts.ticker, parts.limits, nowMs)
    this.#context = { channel: resolved.channel, params: resolved.params, user, session: this.id }
    this.#feed = parts.feeds.hold(resolved)
    const read = () => this.#read(request.position)
    if (this.#feed.isOpen) read()
    else this.#feed.opened.then(read).catch((error) => this.failed(error))
  }

  recovered(batch: Batch): void {
    if (batch.publications.length > 0) this.outbox.deliver(this.#form.encode(batch))
  }

  reset(reason: ResetReason, snapshot: EncodedSnapshot): void {
    const bytes = this.#form.encodeReset(reason, snapshot)
    if (bytes) this.outbox.deliver(bytes)
  }

  failed(error: unknown): void {
    this.#sendError(this.#parts.explain(error, this.#resolved.channel))
    this.#close(closeCodes.unavailable, 'the channel could not be read; come back')
  }

  receive(text: string): void {
    const plainType = this.#resolved.definition.text
    // What begins like a JSON object is taken for one, so that a mistake in it is said and not published.
    if (plainType !== undefined && !text.trimStart().startsWith('{')) return this.#publish(plainType, text, undefined)
    const parsed = parseJson(text)
    const { type, payload, id } = (parsed.ok ? (parsed.value ?? {}) : {}) as Record<string, unknown>
    if (!parsed.ok && text.trimStart().startsWith('{')) this.refuse(parsed.error)
    else if (typeof type !== 'string' || payload === undefined || (id !== undefined && typeof id !== 'string'))
      this.refuse(notAMessage(this.#resolved))
    else this.#publish(type, payload, id)
  }

  refuse(error: BaroError): void {
    this.#sendError(error)
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
    const { heartbeatIntervalMs } = this.#parts.sessionRules
    const { waitingBytes } = this.outbox
    if (waitingBytes === 0 || waitingBytes !== this.#stuckBytes) {
      this.#stuckBytes = waitingBytes
      this.#stuckSinceMs = atMs
    } else if (atMs - this.#stuckSinceMs >= 2 * heartbeatIntervalMs)
      return this.#close(closeCodes.silent, `nothing was read for ${2 * heartbeatIntervalMs} ms`)
    if (atMs - this.outbox.spokeAtMs < heartbeatIntervalMs) return
    this.outbox.spokeAtMs = atMs
    this.#life.heartbeat()
  }

  drain(reconnectInMs: number): void {
    this.#life.drain(reconnectInMs)
    this.#close(closeCodes.drain, 'this node stops; come back')
  }

  #read(position: Position | undefined): void {
    if (this.#isEnded) return
    this.#parts.runHook(this.#resolved.handlers.joined, this.#context)
    // Where the view has no place for a snapshot, who names no position wants what happens from now on.
    const from = this.#form.view === 'payload' ? (position ?? this.#feed.position) : position
    this.#reader = new Reader(this.#feed, this, this.#parts.counters, from)
  }

  #publish(type: string, payload: unknown, id: string | undefined): void {
    const before = this.#lastPublish
    this.#lastPublish = (async () => {
      try {
        await this.#parts.assertAllowed(this.#resolved, this.#context, 'publish')
        await before
        const answer = await this.#parts.publisher.accept({
          resolved: this.#resolved,
          type,
          payload,
          id,
          scope: this.user ? `user:${this.user.id}` : `stream:${this.id}`,
          context: this.#context,
        })
        if (id !== undefined) this.outbox.replyBytes(this.#form.encodeAside('baro:published', answer))
      } catch (error) {
        this.#sendError(this.#parts.explain(error, this.#resolved.channel), id)
      }
    })()
  }

  #sendError({ code, message }: BaroError, id?: string): void {
    this.#parts.counters.rejected++
    this.outbox.replyBytes(
      this.#form.encodeAside('baro:error', { code, message, ...(id === undefined ? undefined : { id }) }),
    )
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

function notAMessage({ definition, channel }: Resolved): BaroError {
  const [event = 'message'] = Object.keys(definition.events)
  return new BaroError(
    'bad-message',
    `This is not { "type", "payload", "id"? }. To take plain text at "${channel}", define the channel with text: ${JSON.stringify(event)}.`,
  )
}
