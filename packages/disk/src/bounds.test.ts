import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@baro/core'
import type { HistoryBounds, StreamFollower } from '@baro/core/broker'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDiskBroker, type DiskBroker } from './disk-broker.ts'
import type { DiskBrokerOptions } from './options.ts'

const log: Log = { info: () => {}, warn: () => {}, error: () => {} }
const hour = 3_600_000
const bounds: HistoryBounds = { size: 50, ttlMs: hour, bytes: 1 << 20 }
const all = { after: 0, limit: 1_000, bytes: 1 << 24 }
const follower: StreamFollower = { deliver: () => {}, signal: () => {}, lost: () => {} }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baro-bounds-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function setUp(options: Partial<DiskBrokerOptions> = {}) {
  const clock = createFakeClock()
  const randomness = createSeededRandomness('bounds')
  return { clock, broker: await createDiskBroker({ folder, clock, randomness, log, ...options }) }
}

function publish(broker: DiskBroker, channel: string, id: string, text = id) {
  return broker.append(channel, [{ type: 'message', payload: { text }, id, time: 0 }], bounds)
}

/** Lets what was begun beside the calls come to its end. The store reads on threads, so turns of the loop say nothing. */
async function until(isDone: () => boolean): Promise<void> {
  await vi.waitUntil(isDone, { timeout: 60_000, interval: 1 })
}

function bytesOnDisk(path = folder): number {
  return (
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      // The thread that compacts may have removed it meanwhile.
      .reduce(
        (sum, file) => sum + (statSync(join(file.parentPath, file.name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      )
  )
}

describe('a broker on disk', () => {
  test('I7: has no more channels than it may: those used least go, and begin another life', async () => {
    const { clock, broker } = await setUp({ maxChannels: 10 })
    const { epoch } = await broker.read('room:0', all)
    for (let number = 0; number < 30; number++) {
      await publish(broker, `room:${number}`, 'a')
      clock.advance(60_000)
    }
    const newest = await broker.read('room:29', all)
    await until(() => broker.usage().channels <= 10)
    expect(await broker.read('room:0', all)).toMatchObject({ head: { offset: 0 } })
    expect((await broker.read('room:0', all)).epoch).not.toBe(epoch)
    expect(await broker.read('room:29', all)).toMatchObject({ epoch: newest.epoch, head: { offset: 1 } })
    await broker.close()
  })

  test('I7: takes no more of the disk than it may; who is followed keeps its record, and loses history first', async () => {
    const { clock, broker } = await setUp({ maxBytes: 200_000 })
    const { epoch } = await broker.read('room:0', all)
    await broker.follow('room:0', follower)
    for (let number = 0; number < 200; number++) {
      await publish(broker, `room:${number % 2 ? number : 0}`, `id-${number}`, 'x'.repeat(4_000))
      clock.advance(60_000)
    }
    await until(() => broker.usage().bytes <= 200_000)
    expect(await broker.read('room:0', all)).toMatchObject({ epoch, head: { offset: 100 } })
    await broker.close()
  })

  test('I7: who publishes faster than room can be made waits for it', async () => {
    const { broker } = await setUp({ maxChannels: 200 })
    let most = 0
    const publishers = Array.from({ length: 20 }, async (_, publisher) => {
      for (let number = 0; number < 100; number++) {
        await publish(broker, `room:${publisher}-${number}`, 'a')
        most = Math.max(most, broker.usage().channels)
      }
    })
    await Promise.all(publishers)
    // An eighth more than may be, and one of each publisher.
    expect(most).toBeLessThanOrEqual(225 + 20)
    await broker.close()
  })

  test('I4: an idle channel is forgotten, with its history, and no timer is left', async () => {
    const { clock, broker } = await setUp({ idleTtlMs: 2 * hour })
    const { epoch } = await broker.read('room:1', all)
    await publish(broker, 'room:1', 'a')
    await until(() => {
      clock.advance(10_000)
      return broker.usage().channels === 0
    })
    expect(broker.usage()).toEqual({ channels: 0, bytes: 0 })
    expect((await broker.read('room:1', all)).epoch).not.toBe(epoch)
    await broker.close()
    expect(clock.pending).toBe(0)
  })

  test('what is trimmed is used again: after a day of 40 MB published the folder is a fraction of it, and after another day as well', async () => {
    const { clock, broker } = await setUp()
    for (const day of [1, 2]) {
      for (let number = 0; number < 10_000; number++) {
        await publish(broker, `room:${number % 20}`, `id-${day}-${number}`, 'x'.repeat(4_000))
        clock.advance(86_400_000 / 10_000)
      }
      // It keeps 20 channels of 50 publications: 4 MB. The rest is what a thread of the store has not compacted yet.
      await until(() => bytesOnDisk() < 32_000_000)
    }
    await broker.close()
  })
})
