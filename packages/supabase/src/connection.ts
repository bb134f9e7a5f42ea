import { BaroError, type Json } from '@baro/core'
import { channelNameOf, closeCodes } from '@baro/core/protocol'
import type { Hub, Identity } from '@baro/server'
import type { GatewayHost, GatewayLink, Handshake, Outbox, SessionLink, WebSocketSocket } from '@baro/server/parts'
import { parseJoin } from './join-request.ts'
import type { Speeches } from './speech.ts'
import { Topic, type TopicLink } from './topic.ts'
import { type Frame, isRecord, phoenixTopic, topicPrefix } from './wire/frame.ts'
import type { Serializer } from './wire/serializer.ts'

/** What a connection works with. */
export interface ConnectionParts {
  readonly hub: Hub
  readonly host: GatewayHost
  readonly handshake: Handshake
  readonly link: GatewayLink
  readonly socket: WebSocketSocket
  readonly outbox: Outbox
  readonly serializer: Serializer
  readonly speeches: Speeches
  /** The key of the URL, unless it is the one of guests. */
  readonly apiKey: string | undefined
  /** The token of a client that is nobody. */
  readonly anonKey: string
  /** The connection is gone. */
  readonly gone: (connection: Connection) => void
}

/** A member whose client is dead is gone after two of these. */
const memberPingMs = 10_000

/** Messages that nobody understands, one after the other, before the link is closed. */
const maxMistakes = 10

/** One client of Supabase Realtime: its WebSocket, and the topics that it has joined. */
export class Connection implements SessionLink, TopicLink {
  readonly outbox: Outbox
  readonly #parts: ConnectionParts
  readonly #topics = new Map<string, Topic>()
  readonly #stopLooking: () => void
  #mistakes = 0

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.outbox = parts.outbox
    this.#stopLooking = this.#look()
  }

  spend(messages: number, bytes: number): number {
    return this.#parts.link.spend(messages, bytes)
  }

  receive(data: string | Uint8Array): void {
    const decoded = this.#parts.serializer.decode(data)
    if (!decoded.ok) return this.refuse(decoded.error)
    this.#mistakes = 0
    const frame = decoded.value
    if (frame.topic === phoenixTopic) return this.#reply(frame, 'ok', {})
    if (frame.event === 'phx_join') return this.#join(frame)
    const topic = this.#topics.get(frame.topic)
    // What was said before the topic was joined anew is of a join that has ended.
    if (!topic || (frame.joinRef !== null && frame.joinRef !== topic.joinRef))
      return this.#refuseFrame(frame, new BaroError('not-subscribed', `"${frame.topic}" is not joined. Join it first.`))
    this.#pass(topic, frame)
  }

  refuse(error: BaroError): void {
    // No message names what was wrong with one that could not be read.
    this.#parts.link.spend(maxMistakes, 0)
    if (++this.#mistakes > maxMistakes) this.outbox.close(closeCodes.unreadable, error.message)
    else this.send(systemError(phoenixTopic, error))
  }

  drained(): void {
    this.outbox.drained()
  }

  closed(): void {
    this.outbox.discard()
    this.#stopLooking()
    this.#parts.link.end()
    for (const topic of [...this.#topics.values()]) topic.end()
    this.#parts.gone(this)
  }

  async identify(token: string | undefined): Promise<Identity | undefined> {
    const { host, handshake, link, anonKey, apiKey } = this.#parts
    const given = token ?? apiKey
    const user = await host.authenticate(handshake, given === anonKey ? undefined : given)
    if (user) link.knownAs(user)
    return user
  }

  inTurn(run: () => void): Promise<void> {
    const { host, handshake } = this.#parts
    return host.inTurn(handshake, run)
  }

  send(frame: Frame): void {
    this.outbox.replyBytes(this.encode(frame))
  }

  encode(frame: Frame): Uint8Array {
    return this.#parts.serializer.encode(frame)
  }

  deliver(bytes: Uint8Array, topic: string): void {
    this.outbox.deliver(bytes, topic)
  }

  forget(topic: string): void {
    this.outbox.forget(topic)
  }

  /** Closes so that the client comes back; realtime-js does after any close that is not its own. */
  drain(reconnectInMs: number): void {
    this.#parts.host.clock.after(reconnectInMs, () => this.close())
  }

  close(): void {
    this.outbox.close(closeCodes.drain, 'this node stops; come back')
  }

  ended(topic: Topic): void {
    if (this.#topics.get(topic.name) === topic) this.#topics.delete(topic.name)
  }

  /** Asks for signs of life: more often while somebody is shown as being here. Returns how to stop. */
  #look(): () => void {
    const { clock, heartbeatIntervalMs } = this.#parts.host
    let askedMs = clock.elapsed()
    let cancel = () => {}
    const again = () => {
      cancel = clock.after(Math.min(memberPingMs, heartbeatIntervalMs), () => {
        const isMember = [...this.#topics.values()].some((topic) => topic.isMember)
        if (isMember || clock.elapsed() - askedMs >= heartbeatIntervalMs) {
          askedMs = clock.elapsed()
          this.#parts.socket.ping()
        }
        again()
      })
    }
    again()
    return () => cancel()
  }

  #join(frame: Frame): void {
    const { hub, host, handshake, speeches, serializer } = this.#parts
    const request = parseJoin(frame.payload, host.channels)
    if (!request.ok) return this.#refuseFrame(frame, request.error)
    const found = this.#channelOf(frame.topic)
    // Who only wants to know of rows may call the topic as it likes.
    const channel = found instanceof BaroError && request.value.bindings.length > 0 ? undefined : found
    if (channel instanceof BaroError) return this.#refuseFrame(frame, channel)
    this.#topics.get(frame.topic)?.end()
    const topic = new Topic({
      ...{ hub, host, link: this, address: handshake.address, name: frame.topic, channel, join: frame },
      ...{ speech: speeches.of(frame.topic, serializer), request: request.value },
    })
    // A topic may follow the rows of many filters: each of them costs what a topic does.
    let follows = topic.follows
    for (const one of this.#topics.values()) follows += one.follows
    if (follows > host.limits.maxSubscriptions)
      return this.#refuseFrame(
        frame,
        new BaroError(
          'too-many-subscriptions',
          `A connection follows ${host.limits.maxSubscriptions} topics and filters of rows at most. Leave one.`,
        ),
      )
    this.#topics.set(frame.topic, topic)
    topic.enter(request.value.token)
  }

  #channelOf(topic: string): string | BaroError {
    const name = channelNameOf(topic.startsWith(topicPrefix) ? topic.slice(topicPrefix.length) : '')
    if (!name.ok) return name.error
    if (this.#parts.host.isChannel(name.value)) return name.value
    return new BaroError(
      'unknown-channel',
      `No channel of this server is named "${name.value}". Define it with channel() and pass it to createHub.`,
    )
  }

  #pass(topic: Topic, frame: Frame): void {
    switch (frame.event) {
      case 'broadcast':
        return void topic.broadcast(frame)
      case 'presence':
        return void topic.present(frame)
      case 'phx_leave':
        return topic.leave(frame)
      case 'access_token': {
        const token = isRecord(frame.payload) ? frame.payload.access_token : undefined
        return topic.enter(typeof token === 'string' ? token : undefined)
      }
      default:
        this.#refuseFrame(
          frame,
          new BaroError('unknown-message', `The event ${JSON.stringify(frame.event.slice(0, 80))} is not known here.`),
        )
    }
  }

  #refuseFrame(frame: Frame, error: BaroError): void {
    this.#reply(frame, 'error', { reason: this.#parts.host.explain(error, frame.topic).message })
  }

  #reply({ joinRef, ref, topic }: Frame, status: 'ok' | 'error', response: Json): void {
    this.send({ joinRef, ref, topic, event: 'phx_reply', payload: { status, response } })
  }
}

function systemError(topic: string, { message }: BaroError): Frame {
  const payload = { extension: 'broadcast', status: 'error', message, channel: topic }
  return { joinRef: null, ref: null, topic, event: 'system', payload }
}
