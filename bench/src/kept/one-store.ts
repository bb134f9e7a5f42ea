/**
 * One broker on disk in a process of its own, measured; prints JSON.
 *
 *     one-store.ts fill FOLDER CHANNELS EACH MAX_BYTES    publishes, and closes
 *     one-store.ts start FOLDER MAX_BYTES                 opens what is kept, reads of a hundred channels, and closes
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createDiskBroker } from '@baro/disk'

const [does = '', folder = '', ...numbers] = process.argv.slice(2)
const bounds = { size: 1_000_000, ttlMs: 86_400_000, bytes: 1 << 30 }
const text = 'x'.repeat(117)
const atOnce = 1_000

const megabytes = (bytes: number) => bytes / (1 << 20)
const memory = () => megabytes(process.memoryUsage.rss())

function disk(): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  return megabytes(files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0))
}

async function fill(channels: number, each: number, maxBytes: number): Promise<object> {
  const memoryBefore = memory()
  const broker = await createDiskBroker({ folder, maxBytes })
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  let waiting: unknown[] = []
  for (let number = 0; number < each; number++)
    for (let channel = 0; channel < channels; channel++) {
      const id = `${channel}-${number}`.padStart(16, '0')
      const entry = { type: 'message', payload: { text }, id, time: Date.now() }
      waiting.push(broker.append(`room:${channel}`, [entry], bounds))
      if (waiting.length < atOnce) continue
      await Promise.all(waiting)
      waiting = []
    }
  await Promise.all(waiting)
  const { user, system } = process.cpuUsage(cpu)
  const seen = {
    memoryBefore,
    memoryAfter: memory(),
    seconds: (performance.now() - began) / 1_000,
    cpuMicros: (user + system) / (channels * each),
    ...broker.usage(),
  }
  await broker.close()
  return { ...seen, disk: disk() }
}

async function start(maxBytes: number): Promise<object> {
  const memoryBefore = memory()
  const began = performance.now()
  const broker = await createDiskBroker({ folder, maxBytes })
  const readyMs = performance.now() - began
  const memoryReady = memory()
  const { channels } = broker.usage()
  for (let index = 0; index < 100; index++)
    await broker.read(`room:${Math.floor((index * channels) / 100)}`, { after: 0, limit: 100, bytes: 1 << 20 })
  const memoryRead = memory()
  await broker.close()
  return { memoryBefore, readyMs, memoryReady, memoryRead, disk: disk(), channels }
}

const [first = 0, second = 0, third = 0] = numbers.map(Number)
console.log(JSON.stringify(await (does === 'fill' ? fill(first, second, third) : start(first))))
