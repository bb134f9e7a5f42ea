import { BaroError, type Json, members } from '@baro/core'
import { mayPass } from '@baro/core/protocol'
import type { Hub, Identity, Participant } from '@baro/server'
import type { BoundedQueue, GatewayHost } from '@baro/server/parts'
import { ChangesOfTopic } from './changes-of-topic.ts'
import type { JoinRequest } from './join-request.ts'
import { Membership } from './membership.ts'
import { PresenceOfTopic } from './presence-of-topic.ts'
import { RoomOfTopic } from './room-of-topic.ts'
import type { Speech } from './speech.ts'
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
  /** Runs what leaves work for later in a turn of the client's address. */
  inTurn(run: () => void): Promise<void>
  /** Writes a message that must arrive. */
  send(frame: Frame): void
  /** Writes what happened in a topic; the caller has asked the outbox. */
  deliver(bytes: Uint8Array, topic: string): void
  encode(frame: Frame): Uint8Array
  /** Forgets what was not written yet of a topic. */
  forget(topic: string): void
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
  /** `undefined` for a topic that only tells of rows. */
  readonly channel: string | undefined
  readonly join: Frame
  readonly speech: Speech
  readonly request: JoinRequest
}

/** What may fail: the client is told by its name. */
type Extension = 'broadcast' | 'presence' | 'postgres_changes'

/**
 * One client in one topic, from its join to its end, as whoever its token says: the room that it broadcasts in, who is there,
 * and the rows that it follows. It has joined when nothing of all that is missed any more.
 *
 *     joining ── all of it is followed ──▶ joined ── leave, refusal, loss ──▶ ended
 *        └────────────────────────── refusal, leave ───────────────────────────▲
 */
export class Topic {
  readonly name: string
  readonly #parts: TopicParts
  readonly #room: RoomOfTopic | undefined
  readonly #membership: Membership | undefined
  readonly #changes: ChangesOfTopic | undefined
  #state: 'joining' | 'joined' | 'ended' = 'joining'
  #participant: Participant | undefined
  /** Of tokens that come while others are looked at, the last one counts. */
  #tokens = 0
  /** Under way while a token is looked at: what is said meanwhile is said by whoever it says. */
  #entering: Promise<void> | undefined

  constructor(parts: TopicParts) {
    const { name, channel, request, host, link, speech } = parts
    this.name = name
    this.#parts = parts
    const deliver = (bytes: Uint8Array) => link.deliver(bytes, name)
    const ready = () => this.#ready()
    if (channel !== undefined) {
      const failed = (error: unknown) => this.#fail(error, 'broadcast')
      this.#room = new RoomOfTopic({ host, channel, speech, request, outbox: link.outbox, deliver, ready, failed })
      this.#membership = new Membership(host, channel)
    }
    if (request.bindings.length > 0)
      this.#changes = new ChangesOfTopic({
        ...{ bindings: request.bindings, outbox: link.outbox, ready },
        changed: (payload) =>
          deliver(link.encode({ joinRef: null, ref: null, topic: name, event: 'postgres_changes', payload })),
        failed: (error) => this.#fail(error, 'postgres_changes'),
      })
  }

  get joinRef(): string | null {
    return this.#parts.join.joinRef ?? this.#parts.join.ref
  }

  /** How many channels it follows, as limits count them. */
  get follows(): number {
    return (this.#room ? 1 : 0) + (this.#changes?.follows ?? 0)
  }

  /** Whether others see the client here, so that its death must be noticed soon (I9). */
  get isMember(): boolean {
    return this.#membership?.isTold === true
  }

  /** Lets the client in as whoever its token says: at first, and again with each new token, from where it stands (I8). */
  enter(token: string | undefined): void {
    this.#entering = this.#enter(token, ++this.#tokens)
  }

  /** The client says something to all who are in the room. */
  async broadcast(frame: Frame): Promise<void> {
    if (this.#entering) await this.#entering
    try {
      if (!this.#participant || this.#state !== 'joined')
        throw new BaroError('not-subscribed', `"${this.name}" is not joined. Join it first.`)
      if (!this.#room) throw noRoom(this.name)
      await this.#room.say(this.#participant, frame.payload)
      if (this.#parts.request.ack) this.#reply(frame, 'ok', {})
    } catch (error) {
      this.#refuse(frame, error)
    }
  }

  /** The client says as what it is here, or that it is not to be shown any more. */
  async present({ payload, ...frame }: Frame): Promise<void> {
    if (this.#entering) await this.#entering
    if (this.#state === 'ended') return
    const { event, payload: state = {} } = isRecord(payload) ? payload : {}
    const done = (error?: unknown) => (error === undefined ? this.#reply(frame, 'ok', {}) : this.#refuse(frame, error))
    if (!this.#membership) return done(noRoom(this.name))
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

  async #enter(token: string | undefined, number: number): Promise<void> {
    const isCurrent = () => this.#state !== 'ended' && number === this.#tokens
    try {
      const user = await this.#parts.link.identify(token)
      // Hundreds of joins may come in one write.
      await this.#parts.link.inTurn(() => {
        if (isCurrent()) this.#follow(user)
      })
    } catch (error) {
      if (isCurrent()) this.#fail(error, 'broadcast')
    } finally {
      if (number === this.#tokens) this.#entering = undefined
    }
  }

  #fail(error: unknown, extension: Extension): void {
    if (this.#state === 'ended') return
    const refusal = this.#parts.host.explain(error, this.name)
    if (this.#state === 'joining') {
      this.#reply(this.#parts.join, 'error', { reason: refusal.message })
      return this.end()
    }
    this.#parts.link.forget(this.name)
    this.#warn(extension, refusal)
    // After an error the client joins again by itself, with its newest token; after a close it does not.
    this.#push(mayPass(refusal.code) || refusal.code === 'expired' ? 'phx_error' : 'phx_close', {})
    this.end()
  }

  /** Follows as somebody, in the place of whoever it was before. */
  #follow(user: Identity | undefined): void {
    const { hub, link, address, request } = this.#parts
    const before = this.#participant
    const isCurrent = () => this.#participant === participant
    const participant: Participant = hub.open(
      { user, address, ...memberOf(request) },
      {
        over: (error) => isCurrent() && this.#fail(error, 'broadcast'),
        ended: (reconnectInMs) => isCurrent() && link.drain(reconnectInMs),
      },
    )
    this.#participant = participant
    before?.end()
    this.#room?.follow(participant)
    this.#changes?.follow(participant)
    this.#membership?.become(participant)
    if (this.#state === 'joined') this.#watch(participant)
  }

  /** A part of it misses nothing any more. */
  #ready(): void {
    if (this.#state !== 'joining' || this.#room?.isReady === false || this.#changes?.isReady === false) return
    this.#state = 'joined'
    const { request, join } = this.#parts
    this.#reply(join, 'ok', { postgres_changes: request.bindings.map(({ id, asked }) => ({ ...asked, id })) as Json })
    if (this.#changes) this.#system('postgres_changes', 'ok', 'Subscribed to PostgreSQL')
    if (this.#participant) this.#watch(this.#participant)
    this.#room?.begin()
    this.#changes?.begin()
  }

  /** Tells the client who is here. */
  #watch(participant: Participant): void {
    const { host, channel, request } = this.#parts
    if (channel === undefined || !request.isPresent || !host.hasMembers(channel)) return
    const isCurrent = () => this.#participant === participant && this.#state === 'joined'
    const presence = new PresenceOfTopic(
      (event, payload) => isCurrent() && this.#push(event, payload),
      (error) => isCurrent() && this.#warn('presence', error),
    )
    participant.follow(members({ channel }), undefined, presence)
  }

  #refuse(frame: Omit<Frame, 'payload'>, error: unknown): void {
    this.#reply(frame, 'error', { reason: this.#parts.host.explain(error, this.name).message })
  }

  /** Tells the client in words what does not work (any more). */
  #warn(extension: Extension, { message }: BaroError): void {
    this.#system(extension, 'error', message)
  }

  #system(extension: Extension, status: 'ok' | 'error', message: string): void {
    this.#push('system', { extension, status, message, channel: this.name.slice(this.name.indexOf(':') + 1) })
  }

  #reply({ ref, joinRef }: Omit<Frame, 'payload'>, status: 'ok' | 'error', response: Json): void {
    this.#parts.link.send({ joinRef, ref, topic: this.name, event: 'phx_reply', payload: { status, response } })
  }

  #push(event: string, payload: Json): void {
    this.#parts.link.send({ joinRef: this.joinRef, ref: this.joinRef, topic: this.name, event, payload })
  }
}

function noRoom(name: string): BaroError {
  return new BaroError(
    'unknown-channel',
    `"${name}" is no channel of this server, and only tells of rows. Define it with channel() and pass it to createHub.`,
  )
}

/** By the key of its choice a guest is the same after a cut, and so are all who choose it. */
function memberOf({ presenceKey }: JoinRequest): { readonly alias?: string; readonly guest?: string } {
  return presenceKey === undefined ? {} : { alias: presenceKey, guest: `supabase:${presenceKey}` }
}
