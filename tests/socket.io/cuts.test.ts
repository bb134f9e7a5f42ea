/** Clients that are cut off at random moments, in the middle of whatever is on its way. */

import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket as NetSocket, type Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { atEnd, heardBy, join, room, startNode, until } from './stage.ts'

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A wire that lets a number of bytes of the server through, and then tears. */
class Wire {
  readonly #server: Server
  readonly #pairs = new Set<readonly [NetSocket, NetSocket]>()
  #leftBytes = Number.POSITIVE_INFINITY
  #wake: () => void = () => {}
  tears = 0

  constructor(port: number) {
    this.#server = createServer((client) => {
      const server = dial(port, 'localhost')
      const pair = [client, server] as const
      this.#pairs.add(pair)
      for (const one of pair) {
        one.on('error', () => {})
        one.on('close', () => this.#end(pair))
      }
      client.on('data', (data) => server.write(data))
      server.on('data', (data) => {
        const passing = data.subarray(0, this.#leftBytes)
        this.#leftBytes -= passing.length
        client.write(passing)
        this.#wake()
        if (this.#leftBytes > 0) return
        this.tears++
        this.#leftBytes = Number.POSITIVE_INFINITY
        // What was written is on its way; everything behind it is lost.
        for (const [one, other] of this.#pairs) {
          one.end()
          other.destroy()
        }
      })
    })
  }

  async open(): Promise<string> {
    this.#server.listen(0)
    await once(this.#server, 'listening')
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  tearAfter(bytes: number): void {
    this.#leftBytes = bytes
  }

  /** Resolves when something passes. */
  passing(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  close(): void {
    for (const pair of this.#pairs) this.#end(pair)
    this.#server.close()
  }

  #end(pair: readonly [NetSocket, NetSocket]): void {
    this.#pairs.delete(pair)
    for (const one of pair) one.destroy()
  }
}

describe.each(['websocket', 'polling'] as const)('over %s, cut off at 50 random places', (transport) => {
  test('every client gets each message of its rooms exactly once, in order, and none from before it joined', async () => {
    const node = await startNode()
    const wire = new Wire(Number(new URL(node.url).port))
    const url = await wire.open()
    atEnd(() => wire.close())
    const random = seeded(transport === 'websocket' ? 1 : 2)
    const publish = (id: number, text: string) => node.hub.publish(room({ id }), 'message', { text })
    for (const id of [1, 2]) await publish(id, 'before')
    // Its own way out of a handshake that was torn without an error.
    const ada = node.client({ transports: [transport], uri: url, timeout: 500 })
    const heard = heardBy(ada)
    let beginnings = 0
    ada.on('connect', () => ada.recovered || beginnings++)
    ada.connect()
    await once(ada as never, 'connect')
    for (const id of [1, 2]) await join(ada, `room:${id}`)
    const sent: string[][] = [[], []]
    for (let tear = 0; tear < 50; tear++) {
      wire.tearAfter(1 + Math.floor(random() * 1_500))
      const before = wire.tears
      for (let count = 0; wire.tears === before || count < 3; count++) {
        // What is missed is kept for a while, not for ever.
        while (wire.tears === before && sent.flat().length - heard.length > 50) await wire.passing()
        const channel = random() < 0.5 ? 1 : 2
        const text = `${channel}: ${tear}/${count}`
        sent[channel - 1]?.push(text)
        await publish(channel, text)
        if (random() < 0.2) await node.hub.signal(room({ id: 1 }), 'noticed', 'a text at the end')
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const all = sent.flat().length
    await until(ada, () => heard.length >= all)
    const texts = (heard as { text: string }[]).map(({ text }) => text)
    for (const [index, expected] of sent.entries())
      expect(texts.filter((text) => text.startsWith(`${index + 1}`))).toEqual(expected)
    expect(texts).not.toContain('before')
    expect(texts).toHaveLength(all)
    expect(wire.tears).toBe(50)
    expect(beginnings).toBe(1)
  })
})
