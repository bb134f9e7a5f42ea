import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import type { Link, LinkEvents, Rung, Transport } from '../src/ports/transport.ts'

type Payloads = { readonly [Message in ClientMessage as Message['type']]: Message['payload'] }

/** One link that a test holds in its hands: it sees what the client sends and says what the hub would say. */
export class HandLink implements Link {
  readonly url: string
  readonly sent: ClientMessage[] = []
  isClosed = false
  readonly #events: LinkEvents

  constructor(url: string, events: LinkEvents) {
    this.url = url
    this.#events = events
  }

  /** What the client has sent of this type. */
  sentOf<Type extends keyof Payloads>(type: Type): readonly Payloads[Type][] {
    return this.sent.filter((message) => message.type === type).map(({ payload }) => payload as Payloads[Type])
  }

  /** What the client has sent of this type last. */
  lastOf<Type extends keyof Payloads>(type: Type): Payloads[Type] {
    const last = this.sentOf(type).at(-1)
    if (!last) throw new Error(`nothing of ${type} was sent`)
    return last
  }

  open(): void {
    this.#events.opened()
  }

  tell(message: ServerMessage): void {
    this.#events.received(structuredClone(message))
  }

  drop(code = 1006, reason = ''): void {
    this.#events.closed(code, reason)
  }

  send(message: ClientMessage): void {
    this.sent.push(message)
  }

  close(): void {
    this.isClosed = true
  }
}

/** A transport whose links a test holds in its hands. */
export class HandTransport implements Transport {
  rung: Rung = 'websocket'
  isShared = false
  readonly links: HandLink[] = []

  /** The newest link. */
  get link(): HandLink {
    const link = this.links.at(-1)
    if (!link) throw new Error('no link was opened')
    return link
  }

  open(url: string, events: LinkEvents): Link {
    const link = new HandLink(url, events)
    this.links.push(link)
    return link
  }
}
