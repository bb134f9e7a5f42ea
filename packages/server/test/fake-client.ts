/** A hub with a fake clock, and clients on fake sockets. There is no network, and only a test lets time pass. */

import { channel, type Json, type LogFields } from '@baro/core'
import { type ClientMessage, encodeMessage, type ServerMessage } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness, type FakeClock } from '@baro/testing'
import { z } from 'zod'
import type { AnyHandlers } from '../src/channel/handlers.ts'
import { createHub } from '../src/hub/create-hub.ts'
import type { Hub, HubOptions } from '../src/hub/hub.ts'
import { createMemoryBroker } from '../src/memory-broker/memory-broker.ts'
import type { Framing, SessionLink, Socket } from '../src/ports/socket.ts'
import { type TamperedBroker, tamperWith } from './tampered-broker.ts'

/** What the hub wrote to its log, by level. */
export class RecordedLog {
  readonly infos: string[] = []
  readonly warnings: string[] = []
  readonly errors: string[] = []
  /** All of them, with their fields. */
  readonly lines: { readonly fields: LogFields; readonly message: string }[] = []

  info(fields: LogFields, message: string): void {
    this.lines.push({ fields, message })
    this.infos.push(message)
  }

  warn(fields: LogFields, message: string): void {
    this.lines.push({ fields, message })
    this.warnings.push(message)
  }

  error(fields: LogFields, message: string): void {
    this.lines.push({ fields, message })
    this.errors.push(message)
  }
}

/** A room whose state is the list of its texts. The text `throw` makes its reducer throw. */
export const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string() }), note: z.object({ text: z.string() }) },
  signals: { typing: z.object({ on: z.boolean() }) },
  requests: { echo: { input: z.object({ text: z.string() }), output: z.object({ text: z.string() }) } },
  state: {
    initial: (): string[] => [],
    on: {
      message: (list, { payload }) => {
        if (payload.text === 'throw') throw new Error('a fault of the reducer')
        return [...list, payload.text]
      },
    },
  },
  history: { size: 5 },
})

/** One message a line. */
export const lineFraming: Framing = { name: 'line', frame: (text) => Buffer.from(`${text}\n`) }

/** A socket whose network takes everything at once, unless it is stuck. */
export class FakeSocket implements Socket {
  readonly framing: Framing = lineFraming
  readonly writes: Uint8Array[] = []
  closedWith: { readonly code: number; readonly reason: string } | undefined
  /** From now on nothing that is written leaves. */
  isStuck = false
  waitingBytes = 0
  #taken = 0

  write(pieces: readonly Uint8Array[]): void {
    this.writes.push(...pieces)
    if (this.isStuck) for (const { length } of pieces) this.waitingBytes += length
  }

  close(code: number, reason: string): void {
    this.closedWith ??= { code, reason }
  }

  /** The messages that were written since the last call. */
  take(): ServerMessage[] {
    const lines = Buffer.concat(this.writes.slice(this.#taken)).toString().split('\n')
    this.#taken = this.writes.length
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as ServerMessage)
  }
}

/** One client of a hub. */
export class FakeClient {
  readonly socket: FakeSocket = new FakeSocket()
  readonly link: SessionLink
  readonly #clock: FakeClock

  constructor(hub: Hub, clock: FakeClock, headers: Readonly<Record<string, string>> = {}) {
    this.#clock = clock
    this.link = hub.connect(this.socket, { headers, url: '/baro/connect' })
  }

  /** Sends a message, well formed or not. */
  send(type: string, payload: Json): void {
    this.link.receive(encodeMessage({ type, payload } as ClientMessage))
  }

  /** Sends a message and returns what comes back by itself. */
  async ask(type: string, payload: Json): Promise<ServerMessage[]> {
    this.send(type, payload)
    return this.heard()
  }

  /** The messages that have come since the last call. */
  async heard(): Promise<ServerMessage[]> {
    await this.#clock.pass(0)
    return this.socket.take()
  }

  /** The socket's network moves again: everything that waited leaves. */
  unstick(): void {
    this.socket.isStuck = false
    this.socket.waitingBytes = 0
    this.link.drained()
  }
}

/** A hub, and what a test needs around it. */
export interface Stage {
  readonly hub: Hub
  /** The broker of the hub, to slow down and to break. */
  readonly broker: TamperedBroker
  readonly clock: FakeClock
  readonly log: RecordedLog
  /** A client that is connected, as the user its token names. */
  connect(token?: string): Promise<FakeClient>
  /** Lets promises settle and the tick end. */
  settle(): Promise<void>
}

/** Makes a hub; a token is the id of its user. */
export function createStage(options: Partial<HubOptions> = {}): Stage {
  const clock = createFakeClock()
  const log = new RecordedLog()
  const randomness = createSeededRandomness('stage')
  const broker = tamperWith(createMemoryBroker({ clock, randomness, log }))
  const hub = createHub({
    channels: [room],
    auth: ({ token }) => (token === undefined ? undefined : { id: token }),
    broker,
    clock,
    log,
    randomness,
    ...options,
  })
  let clients = 0
  return {
    hub,
    broker,
    clock,
    log,
    async connect(token) {
      const client = new FakeClient(hub, clock)
      const secret = { client: `client-${++clients}` }
      await client.ask('baro:connect', { protocol: 1, ...secret, ...(token === undefined ? undefined : { token }) })
      return client
    },
    settle: () => clock.pass(0),
  }
}

/** A stage whose rooms anybody may read, unless `handlers` say otherwise. */
export function createRoomStage(handlers: Partial<AnyHandlers> = {}, options: Partial<HubOptions> = {}) {
  const stage = createStage(options)
  stage.hub.on(room, { access: 'public', ...handlers })
  /** Publishes these texts in `room:1`, and returns the position after them. */
  const publish = async (...texts: readonly string[]) => {
    let position = ''
    for (const text of texts) position = (await stage.hub.publish(room({ id: 1 }), 'message', { text })).position
    return position
  }
  return { ...stage, publish }
}

/** Subscribes to `room:1`, and returns what comes back. */
export function subscribe(client: FakeClient, attempt: number, position?: string): Promise<ServerMessage[]> {
  const from = position === undefined ? {} : { position }
  return client.ask('baro:subscribe', { channel: 'room:1', attempt, version: '1', ...from })
}

/** The payload of the only message of this type. */
export function payloadOf(messages: readonly ServerMessage[], type: ServerMessage['type']): Record<string, unknown> {
  const found = messages.filter((message) => message.type === type)
  if (found.length !== 1) throw new Error(`Not one ${type} but ${found.length} in ${JSON.stringify(messages)}`)
  return found[0]?.payload as unknown as Record<string, unknown>
}
