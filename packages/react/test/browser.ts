import type { Client, Link, LinkEvents, Transport } from '@baro/client'
import { createClient } from '@baro/client'
import { channel, type Publication, type Schema } from '@baro/core'
import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness, type FakeClock } from '@baro/testing'

/** A schema that only names types: validation is the server's. */
function typed<T>(): Schema<T> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as T }) } }
}

/** The channel of the tests: a list of texts. */
export const chat = channel('chat:{id}', {
  events: { message: typed<{ text: string }>() },
  signals: { typing: typed<{ name: string }>() },
  requests: { count: { input: typed<{ from: number }>(), output: typed<number>() } },
  state: { initial: (): string[] => [], on: { message: (list, { payload }) => [...list, payload.text] } },
})

/** The reference of the tests. */
export const lobby = chat({ id: 'lobby' })

/** The position at an offset above 0, as text. */
export function at(offset: number): string {
  return `1a.epoch1.${offset}.id-${offset}`
}

/** The publication at an offset. */
export function message(offset: number): Publication {
  return { type: 'message', payload: { text: `m${offset}` }, offset, id: `id-${offset}`, time: offset }
}

/** What a page brings: the texts up to an offset. */
export function pageAt(offset: number, channelName: string = lobby.channel) {
  const value = Array.from({ length: offset }, (_, index) => `m${index + 1}`)
  return { channel: channelName, position: at(offset), version: '1', value }
}

/** A client whose links a test holds in its hands, and its time. */
export class Browser {
  readonly clock: FakeClock = createFakeClock()
  readonly links: { readonly events: LinkEvents; readonly sent: ClientMessage[]; isClosed: boolean }[] = []
  readonly client: Client

  constructor() {
    const transport: Transport = { rung: 'websocket', open: (_, events) => this.#open(events) }
    this.client = createClient({ transport, clock: this.clock, randomness: createSeededRandomness(1) })
  }

  get sent(): readonly ClientMessage[] {
    return this.links.at(-1)?.sent ?? []
  }

  tell(message: ServerMessage): void {
    this.links.at(-1)?.events.received(structuredClone(message))
  }

  /** The newest link opens, the hub lets the client in, and what follows its positions comes. */
  goLive(): void {
    this.links.at(-1)?.events.opened()
    const terms = { heartbeatIntervalMs: 25_000, maxMessageBytes: 65_536, publishWindowMs: 300_000 }
    this.tell({ type: 'baro:connected', payload: { session: 's', claimsEpoch: 'c', ...terms } })
    for (const { type, payload } of this.sent)
      if (type === 'baro:subscribe') {
        const { channel: name, attempt, position = '' } = payload
        const publications: Publication[] = []
        const recovered = { channel: name, attempt, follows: position, position, publications }
        this.tell({ type: 'baro:recovered', payload: recovered })
      }
  }

  /** The hub delivers the publication at an offset. */
  deliver(offset: number): void {
    const publications = [message(offset)]
    const payload = { channel: lobby.channel, follows: at(offset - 1), position: at(offset), publications }
    this.tell({ type: 'baro:publications', payload })
  }

  #open(events: LinkEvents): Link {
    const link = { events, sent: [] as ClientMessage[], isClosed: false }
    this.links.push(link)
    return {
      send: (message) => link.sent.push(message),
      close() {
        link.isClosed = true
      },
    }
  }
}
