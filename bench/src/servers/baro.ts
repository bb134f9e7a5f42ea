import { channel } from '@baro/core'
import { createHub } from '@baro/server'
import { z } from 'zod'
import type { BenchServer } from './server.ts'

const bench = channel('bench', { events: { tick: z.object({ text: z.string() }) } })

/** Ours as a user gets it: validated, numbered, kept, and delivered with its position. */
export function createBaroServer(): BenchServer {
  const hub = createHub({ channels: [bench], log: { info() {}, warn: console.warn, error: console.error } })
  hub.on(bench, { access: 'public' })
  return {
    listen: async () => (await hub.listen(0)).port,
    async publish(text) {
      await hub.publish(bench(), 'tick', { text })
    },
  }
}
