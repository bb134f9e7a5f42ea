import { BaroError, type Json, members, type Publication } from '@baro/core'
import { type AtPosition, createId, mayPass } from '@baro/core/protocol'
import type { Followed, Hub, Identity, Participant } from '@baro/server'
import type { Batch, BoundedQueue, Dialect, GatewayHost, Outlet } from '@baro/server/parts'
import { HeldQueue } from './held-queue.ts'
import type { JoinRequest, Replay } from './join-request.ts'
import { Membership } from './membership.ts'
import { OwnIds } from './own-ids.ts'
import { PresenceOfTopic } from './presence-of-topic.ts'
import type { Speech, Spoken, SpokenSignal } from './speech.ts'
import { type Frame, isRecord } from './wire/frame.ts'

/** The connection, as a topic sees it. */
export interface TopicLink {
  readonly outbox: BoundedQueue
  /**
   * Finds out who a token says that its client is.
   *
   * @throws {BaroError} As the hub's `auth` says.
   */
  identify(token: string | undefined): Promise<Identity | undefined>
  /** Writes a message that must arrive. */
  send(frame: Frame): void
  /** Writes what happened in a channel; the caller has asked the outbox. */
  deliver(bytes: Uint8Array, channel: string): void
  /** Forgets what was not written yet of a channel. */
  forget(channel: string): void
  /** The node stops: the client is to come back after this time. */
  drain(reconnectInMs: number): void
  /** The topic is over. */
  ended(topic: Topic): void
}

/** What a topic works with. */
export interface TopicParts {
  readonly hub: Hub
  readonly host: GatewayHost
  readonly link: TopicLink
  readonly address: string | undefined
  /** As the client writes it, `realtime:` included. */
  readonly name: string
  readonly channel: string
  readonly join: Frame
  readonly speech: Speech
  readonly request: JoinRequest
}

/**
 * One client in one topic, from its join to its end. It follows the channel, and publishes there, as whoever its token says.
 *
 *     joining ── the channel is followed ──▶ joined ── leave, refusal, loss ──▶ ended
 *        └────────────────────────── refusal, leave ────────────────────────────▲
 */
export class Topic implements Outlet<Spoken, SpokenSignal> {
  readonly name: string
  readonly dialect: Dialect<Spoken, SpokenSignal>
  readonly outbox: HeldQueue
  readonly #parts: TopicParts
  readonly #own = new OwnIds()
  readonly #membership: Membership
  /** Comes with the signals of this client. The marks of no other gateway begin so. */
  readonly #mark: string
  #state: 'joining' | 'joined' | 'ended' = 'joining'
  #participant: Participant | undefined
  #followed: Followed | undefined
  /** Where the client stands, once it has joined. */
  #position: AtPosition | undefined
  /** Of tokens that come while others are looked at, the last one counts. */
  #tokens = 0

  constructor(parts: TopicParts) {
    this.name = parts.name
    this.dialect = parts.speech.dialect
    this.outbox = new HeldQueue(parts.link.outbox)
    this.#parts = parts
    this.#membership = new Membership(parts.host, parts.channel)
    this.#mark = `-${createId(parts.host.randomness)}`
  }

  get joinRef(): string | null {
    return this.#parts.join.joinRef ?? this.#parts.join.ref
  }

  /** Whether others see the client here, so that its death must be noticed soon (I9). */
  get isMember(): boolean {
    return this.#membership.isTold
  }

  /** Lets the client in as whoever its token says: at first, and again with each new token, from where it stands (I8). */
  async enter(token: string | undefined): Promise<void> {
    const number = ++this.#tokens
    try {
      const user = await this.#parts.link.identify(token)
      if (this.#state !== 'ended' && number === this.#tokens) this.#follow(user)
    } catch (error) {
      if (this.#state !== 'ended' && number === this.#tokens) this.failed(error)
    }
  }

  /** Publishes what the client broadcasts, through the rules and handlers of the channel. */
  async broadcast(frame: Frame): Promise<void> {
    try {
      await this.#say(frame.payload)
      if (this.#parts.request.ack) this.#reply(frame, 'ok', {})
    } catch (error) {
      this.#refuse(frame, error)
    }
  }

  /** The client says as what it is here, or that it is not to be shown any more. */
  present({ payload, ...frame }: Frame): void {
    const { event, payload: state = {} } = isRecord(payload) ? payload : {}
    const done = (error?: unknown) => (error === undefined ? this.#reply(frame, 'ok', {}) : this.#refuse(frame, error))
    if (event === 'track') return this.#membership.track(state, done)
    if (event === 'untrack') this.#membership.untrack()
    done(event === 'untrack' ? undefined : new BaroError('unknown-message', 'Presence knows "track" and "untrack".'))
  }

  /** The client goes. */
  leave(frame: Frame): void {
    this.#reply(frame, 'ok', {})
    this.#push('phx_close', {})
    this.end()
  }

  /** Ends it without a word. Calling it again changes nothing. */
  end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#participant?.end()
    this.#parts.link.ended(this)
  }

  recovered(batch: Batch): void {
    const { replay } = this.#parts.request
    const isBack = this.#position !== undefined
    this.#position = batch.position
    if (isBack || !replay) return this.#begin([], batch)
    this.outbox.hold()
    this.#read(replay, batch).then(
      (publications) => {
        if (this.#state === 'ended') return
        this.#begin(publications, batch)
        this.outbox.letGo()
      },
      (error) => this.failed(error),
    )
  }

  continued(said: Spoken, position: AtPosition): void {
    this.deliver(said, position)
  }

  deliver({ all, together }: Spoken, position: AtPosition): void {
    this.#position = position
    const { link, channel, request } = this.#parts
    if (request.self || this.#own.isEmpty) return link.deliver(together, channel)
    for (const { id, frame } of all) if (!this.#own.has(id)) link.deliver(frame, channel)
  }

  signal({ frame, mark }: SpokenSignal): void {
    const { link, channel, request } = this.#parts
    if (request.self || mark !== this.#mark) link.deliver(frame, channel)
  }

  /** The client's protocol has no snapshot: it joins again, and its application begins again. */
  reset(reason: string): void {
    this.failed(
      new BaroError('unavailable', `What follows in "${this.name}" is not kept any more (${reason}). Join again.`),
    )
  }

  failed(error: unknown): void {
    if (this.#state === 'ended') return
    const refusal = this.#parts.host.explain(error, this.name)
    if (this.#state === 'joining') {
      this.#reply(this.#parts.join, 'error', { reason: refusal.message })
      return this.end()
    }
    this.#parts.link.forget(this.#parts.channel)
    this.#warn('broadcast', refusal)
    // After an error the client joins again by itself, with its newest token; after a close it does not.
    this.#push(mayPass(refusal.code) || refusal.code === 'expired' ? 'phx_error' : 'phx_close', {})
    this.end()
  }

  /** Follows as somebody, in the place of whoever it was before. */
  #follow(user: Identity | undefined): void {
    const { hub, link, address, channel, request } = this.#parts
    const before = this.#participant
    const current = () => this.#participant === participant
    const participant: Participant = hub.open(
      { user, address, ...memberOf(request) },
      {
        over: (error) => current() && this.failed(error),
        ended: (reconnectInMs) => current() && link.drain(reconnectInMs),
      },
    )
    this.#participant = participant
    this.#followed?.end()
    before?.end()
    this.#followed = participant.follow({ channel }, this.#position ?? 'now', this)
    this.#membership.become(participant)
    if (this.#state === 'joined') this.#watch(participant)
  }

  /** Tells the client who is here, once it has joined. */
  #watch(participant: Participant): void {
    const { host, channel, request } = this.#parts
    if (!request.isPresent || !host.hasMembers(channel)) return
    const isCurrent = () => this.#participant === participant && this.#state === 'joined'
    const presence = new PresenceOfTopic(
      (event, payload) => isCurrent() && this.#push(event, payload),
      (error) => isCurrent() && this.#warn('presence', error),
    )
    participant.follow(members({ channel }), undefined, presence)
  }

  async #say(payload: Json): Promise<void> {
    const { host, channel } = this.#parts
    const { event, payload: said = {} } = isRecord(payload) ? payload : {}
    if (typeof event !== 'string') throw new BaroError('bad-message', 'A broadcast has no event. Name one.')
    const participant = this.#participant
    if (!participant || this.#state !== 'joined')
      throw new BaroError('not-subscribed', `"${this.name}" is not joined. Join it first.`)
    if (host.hasSignal(channel, event)) return participant.signal({ channel }, event, said, { mark: this.#mark })
    const id = createId(host.randomness)
    if (!this.#parts.request.self) this.#own.add(id)
    await participant.publish({ channel }, event, said, { id })
  }

  /** What was kept before the client stands where it does, as far as it wants it. */
  async #read({ sinceMs, limit }: Replay, { channel, follows }: Batch): Promise<readonly Publication[]> {
    const until = follows.kind === 'at' ? follows.offset : 0
    if (until === 0) return []
    const bytes = this.#parts.host.limits.catchUpBytes
    const { publications } = await this.#parts.host.broker.read(channel, { until, limit, bytes })
    return publications.filter(({ time }) => time >= sinceMs)
  }

  /** The client has joined, or is back under a new token. */
  #begin(replayed: readonly Publication[], batch: Batch): void {
    const { speech, link, channel, join } = this.#parts
    if (this.#state === 'joining') {
      this.#state = 'joined'
      this.#reply(join, 'ok', { postgres_changes: [] })
      if (this.#participant) this.#watch(this.#participant)
    }
    for (const { id, type: event, payload } of replayed)
      link.deliver(speech.broadcast({ event, payload, meta: { id, replayed: true } }), channel)
    const said = speech.of(batch)
    if (said) this.deliver(said, batch.position)
  }

  get #subTopic(): string {
    return this.name.slice(this.name.indexOf(':') + 1)
  }

  #refuse(frame: Omit<Frame, 'payload'>, error: unknown): void {
    this.#reply(frame, 'error', { reason: this.#parts.host.explain(error, this.name).message })
  }

  /** Tells the client in words what does not work (any more). */
  #warn(extension: 'broadcast' | 'presence', { message }: BaroError): void {
    this.#push('system', { extension, status: 'error', message, channel: this.#subTopic })
  }

  #reply({ ref, joinRef }: Omit<Frame, 'payload'>, status: 'ok' | 'error', response: Json): void {
    this.#parts.link.send({ joinRef, ref, topic: this.name, event: 'phx_reply', payload: { status, response } })
  }

  #push(event: string, payload: Json): void {
    this.#parts.link.send({ joinRef: this.joinRef, ref: this.joinRef, topic: this.name, event, payload })
  }
}

/** By the key of its choice a guest is the same after a cut, and so are all who choose it. */
function memberOf({ presenceKey }: JoinRequest): { readonly alias?: string; readonly guest?: string } {
  return presenceKey === undefined ? {} : { alias: presenceKey, guest: `supabase:${presenceKey}` }
}
