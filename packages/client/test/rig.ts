import type { Publication } from '@baro/core'
import { createFakeClock, createSeededRandomness, type FakeClock } from '@baro/testing'
import type { Client } from '../src/client/client.ts'
import { type ClientOptions, createClientOver } from '../src/client/create-client.ts'
import type { WakeEvents } from '../src/page/wake.ts'
import { at, lobby } from './chat.ts'
import { type HandLink, HandTransport } from './hand-transport.ts'

/** What the hub says when it lets a client in. */
export const terms = {
  session: 'session1',
  heartbeatIntervalMs: 25_000,
  maxMessageBytes: 1_000,
  publishWindowMs: 100_000,
  claimsEpoch: 'claims1',
}

/** A client in the hands of a test: its time, its chance, its links, its page. */
export class Rig {
  readonly clock: FakeClock = createFakeClock()
  readonly transport = new HandTransport()
  readonly logged: string[] = []
  readonly reloads: string[] = []
  readonly client: Client
  wake: WakeEvents | undefined

  constructor(options: ClientOptions = {}) {
    const log = (message: string) => this.logged.push(message)
    this.client = createClientOver(this.transport, {
      clock: this.clock,
      randomness: createSeededRandomness(1),
      log: { info: log, warn: log, error: log },
      reload: (channel, version) => this.reloads.push(`${channel} ${version}`),
      wake: {
        listen: (events) => {
          this.wake = events
          return () => {
            this.wake = undefined
          }
        },
      },
      ...options,
    })
  }

  get link(): HandLink {
    return this.transport.link
  }

  get links(): readonly HandLink[] {
    return this.transport.links
  }

  /** The newest link opens, and the hub lets the client in. */
  connect(changes: Partial<typeof terms> = {}): HandLink {
    this.link.open()
    this.link.tell({ type: 'baro:connected', payload: { ...terms, ...changes } })
    return this.link
  }

  /** Lets the client come back after a drop, and connects it. */
  reconnect(changes: Partial<typeof terms> = {}): HandLink {
    this.clock.advance(this.client.status.retryInMs ?? 0)
    return this.connect(changes)
  }

  /** Answers the newest subscribe: what follows its position comes. */
  recover(publications: readonly Publication[] = [], channel: string = lobby.channel): void {
    const { attempt, position = '' } = this.#subscribeOf(channel)
    const last = publications.at(-1)
    this.link.tell({
      type: 'baro:recovered',
      payload: { channel, attempt, follows: position, position: last ? at(last.offset) : position, publications },
    })
  }

  /** Answers the newest subscribe, or interrupts the reader: a fresh snapshot. */
  reset(position: string, snapshot: readonly string[], reason = 'none', channel: string = lobby.channel): void {
    const { attempt } = this.#subscribeOf(channel)
    this.link.tell({ type: 'baro:reset', payload: { channel, attempt, reason, position, snapshot } })
  }

  /** Delivers publications that follow an offset. */
  deliver(follows: number, publications: readonly Publication[], channel: string = lobby.channel): void {
    const position = at(publications.at(-1)?.offset ?? follows)
    this.link.tell({
      type: 'baro:publications',
      payload: { channel, follows: at(follows), position, publications },
    })
  }

  /** Refuses the newest subscribe. */
  refuse(code: string, channel: string = lobby.channel): void {
    const { attempt } = this.#subscribeOf(channel)
    this.link.tell({ type: 'baro:error', payload: { code, message: `it is ${code}`, channel, attempt } })
  }

  #subscribeOf(channel: string) {
    const found = this.link.sentOf('baro:subscribe').findLast((payload) => payload.channel === channel)
    if (!found) throw new Error(`nobody subscribed to ${channel}`)
    return found
  }
}
