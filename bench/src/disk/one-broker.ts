/** One broker in a process of its own, measured: `one-broker.ts KIND IN_FLIGHT PUBLICATIONS`. Prints what it took, as JSON. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '@baro/core/broker'
import { createDiskBroker } from '@baro/disk'
import { createMemoryBroker } from '@baro/server'

const [kind = '', inFlight = '1', publications = '1000'] = process.argv.slice(2)
const bounds = { size: 1_000, ttlMs: 3_600_000, bytes: 1 << 22 }
const text = 'x'.repeat(128)
const folder = mkdtempSync(join(tmpdir(), 'baro-bench-'))

function open(): Promise<Broker> | Broker {
  if (kind === 'memory') return createMemoryBroker()
  return createDiskBroker({ folder, sync: kind === 'disk-always' ? 'always' : 'os' })
}

const broker = await open()

/** A publish as a hub does it: claimed, then appended with its answer. */
async function publish(number: number, producer: number): Promise<void> {
  const channel = `room:${producer}`
  const key = { scope: 'user', turn: { producer: `tab-${producer}`, number, confirmed: number - 1 } }
  await broker.claim(channel, key, { windowMs: 120_000, share: { of: 'user', user: 'user' } })
  const id = `${producer}-${number}`.padStart(16, '0')
  await broker.append(channel, [{ type: 'message', payload: { text }, id, time: Date.now() }], bounds, { settle: key })
}

let producers = 0

/** Each producer publishes one after the other, in a channel of its own. */
async function publishAll(count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: Number(inFlight) }, async () => {
      const producer = producers++
      for (let number = 1; number <= count / Number(inFlight); number++) {
        await publish(number, producer)
        // Publishes come in turns of the event loop, not all in one.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }),
  )
}

await publishAll(Number(publications) / 4)
const [cpu, began] = [process.cpuUsage(), performance.now()]
await publishAll(Number(publications))
const { user, system } = process.cpuUsage(cpu)
const wallMicros = (performance.now() - began) * 1_000
await broker.close()
rmSync(folder, { recursive: true, force: true })
console.log(
  JSON.stringify({
    cpuMicros: (user + system) / Number(publications),
    wallMicros: wallMicros / Number(publications),
  }),
)
