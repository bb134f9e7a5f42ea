import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channel } from '@baro/core'
import { createHub, createMemoryBroker } from '@baro/server'
import { z } from 'zod'
import type { BenchServer } from './server.ts'

const bench = channel('bench', { events: { tick: z.object({ text: z.string() }) } })

/** Ours as a user gets it: validated, numbered, kept, and delivered with its position. */
export function createBaroServer(): BenchServer {
  const hub = createHub({
    channels: [bench],
    // All clients come from one address here, and the peers have no bound that they could reach.
    limits: { timesPerAddress: Number.POSITIVE_INFINITY },
    broker: createMemoryBroker({ claimLimits: { perAddress: 250_000, guests: 250_000 } }),
    log: { info() {}, warn: console.warn, error: console.error },
  })
  hub.on(bench, { access: 'public', events: { tick: ({ payload, publish }) => publish('tick', payload) } })
  return {
    listen: async () => (await hub.listen(0)).port,
    async publish(text) {
      await hub.publish(bench(), 'tick', { text })
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
