import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channel, type Schema } from '@baro/core'
import { createHub, createMemoryBroker } from '@baro/server'
import { mount } from '@baro/supabase'
import { z } from 'zod'
import { type Looking, lookOn } from './looking.ts'
import type { BenchServer } from './server.ts'

const withZod = z.object({ text: z.string() })

/** Takes what comes as it is, to see what zod costs. */
const withNothing: Schema<z.infer<typeof withZod>> = {
  '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value: value as z.infer<typeof withZod> }) },
}

/** Where a pointer is, and when it was there. */
const place = z.object({ x: z.number(), y: z.number(), at: z.number() })

/** Ours as a user gets it: validated, numbered, kept, and delivered with its position. */
export function createBaroServer({
  hasSchema = true,
  looking = 'nobody',
}: {
  readonly hasSchema?: boolean
  readonly looking?: Looking
} = {}): BenchServer {
  const events = { tick: hasSchema ? withZod : withNothing }
  const bench = channel('bench', { events, signals: { cursor: place, move: place } })
  const numbered = channel('bench:{number}', { events })
  const lounge = channel('lounge', { members: { state: z.object({ name: z.string() }) } })
  const hub = createHub({
    channels: [bench, numbered, lounge],
    // All clients come from one address here, and the peers have no bound that they could reach.
    limits: {
      timesPerAddress: Number.POSITIVE_INFINITY,
      maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
      messagesPerSecond: 1_000_000,
      bytesPerSecond: 1_000_000_000,
    },
    // Not all that the load generator opens answers pings.
    heartbeatIntervalMs: 600_000,
    ...(looking === 'no journal' && { maxJournalBytes: 0 }),
    broker: createMemoryBroker({ claimLimits: { perAddress: 250_000, guests: 250_000 } }),
    log: { info() {}, warn: console.warn, error: console.error },
  })
  hub.on(bench, {
    access: 'public',
    events: { tick: ({ payload, publish }) => publish('tick', payload) },
    signals: {
      cursor: ({ payload, session, signal }) => signal('cursor', payload, { key: session }),
      move: ({ payload, signal }) => signal('move', payload),
    },
  })
  hub.on(numbered, { access: 'public' })
  hub.on(lounge, { access: 'public' })
  mount(hub)
  const look = lookOn(hub, looking)
  return {
    async listen() {
      const { port } = await hub.listen(0)
      look(port)
      return port
    },
    async publish(text) {
      await hub.publish(bench(), 'tick', { text })
    },
    async publishTo(number, text) {
      await hub.publish(numbered({ number: String(number) }), 'tick', { text })
    },
    async listenOnPath() {
      const folder = mkdtempSync(join(tmpdir(), 'baro-bench-'))
      process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
      const server = createServer()
      hub.attach(server)
      const path = join(folder, 'socket')
      await new Promise<void>((resolve) => server.listen(path, 1_024, resolve))
      return path
    },
    cutReaders: () => hub.counters.slow,
  }
}
