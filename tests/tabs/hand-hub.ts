import { type Client, createClient, type LinkEvents, type Transport } from '@baro/client'
import { createSharedTransport } from '@baro/client/transports'
import { channel, type Publication, type Schema } from '@baro/core'
import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { FakeBrowser } from './browser.ts'

const anyText: Schema<string> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as string }) },
}

export const room = channel('room:{id}', {
  events: { note: anyText },
  state: { initial: (): readonly string[] => [], on: { note: (list, { payload }) => [...list, payload] } },
})

/** The channel that the tabs follow. */
export const name = 'room:1'

/** A position; after a loss the offsets are the same, and the checks are not. */
export const at = (offset: number, life = 'id') => `1a.epoch1.${offset}.${offset ? `${life}-${offset}` : ''}`

export const note = (offset: number, life = 'id'): Publication => {
  return { type: 'note', payload: `m${offset}`, offset, id: `${life}-${offset}`, time: offset }
}

export const notes = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `m${from + index}`)

export const pageAt = (offset: number) => ({
  ...room({ id: '1' }),
  ...{ position: at(offset), version: '1', value: notes(1, offset) },
})

type Subscribe = Extract<ClientMessage, { type: 'baro:subscribe' }>['payload']

/** Tabs of one browser, and the hub in the hands of a test. */
export class HandHub {
  readonly clock = createFakeClock()
  readonly #randomness = createSeededRandomness('hand')
  readonly #browser = new FakeBrowser(this.clock)
  readonly #links: { readonly events: LinkEvents; readonly sent: ClientMessage[] }[] = []

  /** A client of a tab: on the link that all of them share, or on one of its own. */
  client(isShared: boolean): Client {
    const { clock } = this
    const randomness = this.#randomness
    const { locks, BroadcastChannel } = this.#browser.open()
    const own = this.#transport()
    const shared = { clock, randomness, locks, BroadcastChannel, identify: async () => ({}) }
    return createClient({
      url: 'https://shop.example/baro',
      transport: isShared ? createSharedTransport(own, shared) : own,
      ...{ clock, randomness, lingerMs: 0, log: { info() {}, warn() {}, error() {} } },
      wake: { listen: () => () => {} },
    })
  }

  #transport(): Transport {
    return {
      rung: 'websocket',
      open: (_, events) => {
        const sent: ClientMessage[] = []
        this.#links.push({ events, sent })
        queueMicrotask(() => events.opened())
        return { send: (message) => void sent.push(message), close() {} }
      },
    }
  }

  async tell(type: ServerMessage['type'], payload: object): Promise<void> {
    this.#links.at(-1)?.events.received(structuredClone({ type, payload }) as unknown as ServerMessage)
    await this.clock.pass(100)
  }

  /** Lets the link in. */
  async connect(): Promise<void> {
    await this.clock.pass(100)
    const terms = { heartbeatIntervalMs: 25_000, maxMessageBytes: 65_536, publishWindowMs: 300_000 }
    await this.tell('baro:connected', { session: 'session1', claimsEpoch: 'claims1', ...terms })
  }

  /** What was asked of the channel so far. */
  get asked(): readonly Subscribe[] {
    return this.sent('baro:subscribe').filter(
      (payload): payload is Subscribe => (payload as Subscribe).channel === name,
    )
  }

  sent(type: ClientMessage['type']): readonly ClientMessage['payload'][] {
    return (this.#links.at(-1)?.sent ?? []).filter((message) => message.type === type).map(({ payload }) => payload)
  }

  /** Answers the newest ask: these follow its position. */
  async recover(publications: readonly Publication[] = []): Promise<void> {
    const { attempt, position } = this.#newest
    const last = publications.at(-1)
    const to = last ? at(last.offset) : position
    await this.tell('baro:recovered', { channel: name, attempt, follows: position, position: to, publications })
  }

  /** Resets whoever follows by the newest ask, or answers it so. */
  async reset(reason: string, position: string, snapshot: readonly string[]): Promise<void> {
    await this.tell('baro:reset', { channel: name, attempt: this.#newest.attempt, reason, position, snapshot })
  }

  async refuse(code: string): Promise<void> {
    await this.tell('baro:error', { channel: name, attempt: this.#newest.attempt, code, message: `It is ${code}.` })
  }

  async publish(from: number, to: number, life = 'id'): Promise<void> {
    for (let offset = from; offset <= to; offset++) {
      const follows = offset === from ? at(offset - 1) : at(offset - 1, life)
      const payload = { channel: name, follows, position: at(offset, life), publications: [note(offset, life)] }
      await this.tell('baro:publications', payload)
    }
  }

  get #newest(): Subscribe {
    const newest = this.asked.at(-1)
    if (!newest) throw new Error('Nobody asked for the channel.')
    return newest
  }
}
