/**
 * Takes a million publications back, one after the other, and prints what that costs: the time and the memory of the first
 * tenth beside those of the last. `npm run redactions`, or with another number: `npm run redactions -- 100000`.
 */
import { audit, channel } from '@baro/core'
import { createHub, createMemoryBroker } from '@baro/server'
import { z } from 'zod'

const count = Number(process.argv[2] ?? 1_000_000)
const room = channel('room:{id}', {
  moderated: true,
  events: { message: z.string() },
  state: {
    initial: (): readonly { readonly id: string; readonly text?: string }[] => [],
    on: { message: (list, { id, payload }) => [...list, { id, text: payload }].slice(-50) },
    redact: (list, { id }) => list.map((line) => (line.id === id ? { id } : line)),
  },
})
const broker = createMemoryBroker()
const hub = createHub({ channels: [room], broker, maxJournalBytes: 1 << 20 })
hub.on(room, { access: 'public' })
const reference = room({ id: 1 })

const tenth = Math.ceil(count / 10)
const tenths: { readonly us: number; readonly mb: number }[] = []
for (let from = 0; from < count; from += tenth) {
  const began = performance.now()
  for (let number = from; number < Math.min(from + tenth, count); number++) {
    const { id } = await hub.publish(reference, 'message', `text ${number}`)
    await hub.redact(reference, id, { reason: 'abuse' })
    // Timers have their turn, as between requests.
    if (number % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  globalThis.gc?.()
  const us = ((performance.now() - began) / tenth) * 1_000
  tenths.push({ us, mb: process.memoryUsage().heapUsed / 2 ** 20 })
  console.log(`${from + tenth}: ${us.toFixed(0)} µs each, ${tenths.at(-1)?.mb.toFixed(1)} MB of heap`)
}
const whole = { limit: 100_000, bytes: 1 << 28 }
const [kept, listed] = [await broker.read(reference.channel, whole), await broker.read(audit(reference).channel, whole)]
const [first, last] = [tenths[0], tenths.at(-1)]
console.log(
  `The last tenth took ${((last?.us ?? 0) / (first?.us ?? 1)).toFixed(2)} times the first, with ${((last?.mb ?? 0) / (first?.mb ?? 1)).toFixed(2)} times its heap; ` +
    `history keeps ${kept.publications.length}, ${listed.publications.length} actions are listed.`,
)
await hub.close()
await broker.close()
