import type { Json, Log } from '@baro/core'
import {
  type Broker,
  type Entry,
  type HistoryBounds,
  type ReadRange,
  recover,
  type StreamFollower,
} from '@baro/core/broker'
import { type AtPosition, checkOf } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { createMemoryBroker, type MemoryBrokerOptions } from './memory-broker.ts'

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }
const hour = 3_600_000
const bounds: HistoryBounds = { size: 1_000, ttlMs: hour, bytes: 4 << 20 }
const all: ReadRange = { after: 0, limit: 10_000, bytes: 64 << 20 }
const follower: StreamFollower = { deliver: () => {}, signal: () => {}, lost: () => {} }

function setUp(options: MemoryBrokerOptions = {}) {
  const clock = createFakeClock()
  const broker = createMemoryBroker({ clock, randomness: createSeededRandomness('room'), log: quiet, ...options })
  return { clock, broker }
}

const entry = (id: string, payload: Json = id): Entry => ({ type: 'message', payload, id, time: 0 })

async function append(broker: Broker, channel: string, id: string, payload?: Json): Promise<AtPosition> {
  const appended = await broker.append(channel, [entry(id, payload)], bounds)
  if (appended.outcome !== 'appended') throw new Error(`nothing was appended: ${appended.outcome}`)
  return appended.delivery.position
}

/** What a reader at a position gets: the ids that follow, or the reason of its reset. */
async function continueFrom(broker: Broker, channel: string, position: AtPosition) {
  const recovery = recover(position, await broker.read(channel, { ...all, after: position.offset }))
  return recovery.outcome === 'reset' ? recovery.reason : recovery.publications.map(({ id }) => id)
}

describe('I7: the room of a memory broker', () => {
  test('is bounded however many names are invented, and a channel in use stays', async () => {
    const maxBytes = 4 << 20
    const { broker } = setUp({ maxBytes })
    const start = await append(broker, 'room:used', 'first')
    const payload = 'x'.repeat(10_000)
    for (let index = 0; index < 5_000; index++) {
      await append(broker, `room:${index}`, 'a', payload)
      expect(broker.usage().bytes).toBeLessThanOrEqual(maxBytes)
      if (index % 100 === 0) await broker.read('room:used', all)
    }
    expect(await continueFrom(broker, 'room:used', start)).toEqual([])
    const { channels, droppedChannels } = broker.usage()
    expect(channels).toBeGreaterThan(350)
    expect(channels + droppedChannels).toBe(5_001)
  })

  test('holds no more channels than allowed, and those go first whose last use is longest ago', async () => {
    const { broker } = setUp({ maxChannels: 3 })
    const positions = new Map<string, AtPosition>()
    for (const name of ['room:1', 'room:2', 'room:3']) positions.set(name, await append(broker, name, 'a'))
    await broker.read('room:1', all)
    for (const name of ['room:4', 'room:5']) positions.set(name, await append(broker, name, 'a'))
    const came = await Promise.all([...positions].map(([name, position]) => continueFrom(broker, name, position)))
    expect(came).toEqual([[], 'epoch', 'epoch', [], []])
    expect(broker.usage()).toMatchObject({ channels: 3, droppedChannels: 2 })
  })

  test('I4: who stood in a channel that gave way is reset, even where the same ids are published again', async () => {
    const { broker } = setUp({ maxChannels: 1 })
    const before = await append(broker, 'room:1', 'a')
    await append(broker, 'room:2', 'a')
    expect(await continueFrom(broker, 'room:1', before)).toBe('epoch')
    const again = await append(broker, 'room:1', 'a')
    expect(again).toMatchObject({ offset: before.offset, check: before.check })
    expect(await continueFrom(broker, 'room:1', before)).toBe('epoch')
    expect(await continueFrom(broker, 'room:1', again)).toEqual([])
  })

  test('is made by what nobody follows, then by history of what is followed, and at last by a followed record', async () => {
    const { broker, clock } = setUp({ maxBytes: 100_000 })
    const lost: string[] = []
    const payload = 'x'.repeat(20_000)
    const follow = (name: string) => broker.follow(name, { ...follower, lost: () => lost.push(name) })
    for (const name of ['room:1', 'room:2']) await follow(name)
    const first = await append(broker, 'room:1', 'a', payload)
    const head = await append(broker, 'room:1', 'b', payload)
    await append(broker, 'room:2', 'a', payload)
    const alone = await append(broker, 'room:3', 'a', payload)
    await append(broker, 'room:2', 'b', payload)
    // Five do not fit, and the third room is the only one that nobody follows.
    expect(await continueFrom(broker, 'room:3', alone)).toBe('epoch')
    expect(await continueFrom(broker, 'room:1', first)).toEqual(['b'])
    expect(await continueFrom(broker, 'room:2', await append(broker, 'room:2', 'c', payload))).toEqual([])
    expect(broker.usage()).toMatchObject({ channels: 2, droppedChannels: 1, trimmedPublications: 1 })
    expect(await continueFrom(broker, 'room:1', first)).toEqual(['b'])
    expect(lost).toEqual([])
    // A state cannot be trimmed.
    await broker.writeCheckpoint('room:2', {
      position: await append(broker, 'room:2', 'd'),
      version: '1',
      state: 'x'.repeat(150_000),
    })
    clock.advance(0)
    expect(lost).toEqual(['room:1'])
    expect(await continueFrom(broker, 'room:1', head)).toBe('epoch')
  })

  test('I2: who follows a record that goes is told, and what comes next follows a position of another life', async () => {
    const { broker } = setUp({ maxChannels: 1 })
    const told: unknown[] = []
    const readAgain = async () => told.push((await broker.read('room:1', all)).epoch !== before.epoch)
    await broker.follow('room:1', {
      ...follower,
      deliver: ({ follows }) => told.push(follows.epoch),
      lost: () => void readAgain(),
    })
    const before = await append(broker, 'room:1', 'a')
    await broker.follow('room:2', follower)
    await append(broker, 'room:2', 'a')
    const after = await append(broker, 'room:1', 'b')
    expect(told).toEqual([before.epoch, true, after.epoch])
    expect(after.epoch).not.toBe(before.epoch)
  })

  test('is never made by one append for more than a few channels; the rest goes right after it', async () => {
    const { broker, clock } = setUp({ maxBytes: 2_000_000 })
    for (let index = 0; index < 1_500; index++) await append(broker, `room:${index}`, 'a')
    expect(broker.usage()).toMatchObject({ channels: 1_500, droppedChannels: 0 })
    await append(broker, 'room:big', 'a', 'x'.repeat(1_500_000))
    expect(broker.usage().droppedChannels).toBe(8)
    clock.advance(0)
    expect(broker.usage().bytes).toBeLessThanOrEqual(2_000_000)
    expect(broker.usage().droppedChannels).toBeGreaterThan(700)
  })

  test('always has place for the channel used last, whatever it takes: it is trimmed, and not reset at each append', async () => {
    const { broker, clock } = setUp({ maxBytes: 1_000, maxChannels: 0 })
    const { epoch } = await append(broker, 'room:1', 'a', 'x'.repeat(500))
    for (const id of ['b', 'c']) expect((await append(broker, 'room:1', id, 'x'.repeat(500))).epoch).toBe(epoch)
    clock.advance(0)
    expect(broker.usage()).toMatchObject({ channels: 1, droppedChannels: 0 })
    expect((await broker.read('room:1', all)).publications.length).toBeLessThan(3)
  })

  test('counts a state, with what is appended to it before it is weighed again', async () => {
    const { broker } = setUp()
    let follows = await append(broker, 'room:1', 'first')
    const list: string[] = []
    for (let index = 0; index < 300; index++) {
      list.push(`${index}`.padEnd(1_000, 'x'))
      const state = { list: [...list] }
      const checkpoint = { follows, offset: follows.offset + 1, version: '1', state }
      const appended = await broker.append(
        'room:1',
        [entry(`id-${index}`, list.at(-1))],
        { ...bounds, size: 1 },
        { checkpoint },
      )
      if (appended.outcome === 'appended') follows = appended.delivery.position
      expect(broker.usage().bytes).toBeGreaterThan(1_000 * list.length)
      expect(broker.usage().bytes).toBeLessThan(2_000 * (list.length + 5))
    }
  })

  test('is made by a channel that was followed before one that is', async () => {
    const { broker } = setUp({ maxChannels: 2 })
    const end = await broker.follow('room:1', follower)
    await broker.follow('room:2', follower)
    const followed = await append(broker, 'room:2', 'a')
    const left = await append(broker, 'room:1', 'a')
    end()
    await append(broker, 'room:3', 'a')
    expect(await continueFrom(broker, 'room:1', left)).toBe('epoch')
    expect(await continueFrom(broker, 'room:2', followed)).toEqual([])
  })

  test('is free again when history expires that nobody asks for, and when a publication is taken back', async () => {
    const { broker, clock } = setUp()
    await append(broker, 'room:1', 'a', 'x'.repeat(50_000))
    await append(broker, 'room:2', 'a', 'x'.repeat(50_000))
    await broker.redact('room:2', { offset: 1, check: 'a' }, { type: 'gone', payload: null }, entry('b'), bounds)
    expect(broker.usage().bytes).toBeLessThan(55_000)
    await clock.pass(hour + 20_000)
    expect(broker.usage().channels).toBe(2)
    expect(broker.usage().bytes).toBeLessThan(3_000)
  })

  test('I2: is not made by what a state is still to be folded from: the record goes as a whole, or stays', async () => {
    const { broker } = setUp({ maxBytes: 50_000 })
    await broker.follow('room:1', follower)
    const position = await append(broker, 'room:1', 'a')
    await broker.writeCheckpoint('room:1', { position, version: '1', state: 'a' })
    for (const id of ['b', 'c', 'd', 'e']) {
      await append(broker, 'room:1', id, 'x'.repeat(20_000))
      expect((await broker.readCheckpoint('room:1', '1'))?.position).toEqual(position)
    }
    expect(await continueFrom(broker, 'room:1', position)).toEqual(['b', 'c', 'd', 'e'])
    await append(broker, 'room:2', 'a')
    expect(await continueFrom(broker, 'room:1', position)).toBe('epoch')
    expect(await broker.readCheckpoint('room:1', '1')).toBeUndefined()
  })

  test('is all free again once everything is gone, whatever happened in between (seeded)', async () => {
    const { broker, clock } = setUp({ maxBytes: 30_000, maxChannels: 10, idleTtlMs: hour })
    const chance = createSeededRandomness('use and disuse')
    const ends: (() => void)[] = []
    for (let step = 0; step < 5_000; step++) {
      const name = `room:${chance.integer(0, 30)}`
      const does = chance.integer(0, 9)
      if (does < 5) await append(broker, name, `id-${step}`, 'x'.repeat(chance.integer(0, 3_000)))
      else if (does === 5) {
        const offset = chance.integer(1, 3)
        const [found] = (await broker.read(name, { until: offset, limit: 1, bytes: 10_000 })).publications
        const place = { offset, check: checkOf(found?.id ?? 'nothing') }
        await broker.redact(name, place, entry('gone', null), entry(`r-${step}`), bounds)
      } else if (does === 6) ends.push(await broker.follow(name, follower))
      else if (does === 7) ends.splice(chance.integer(0, ends.length), 1)[0]?.()
      else if (does === 8) {
        const { epoch, head } = await broker.read(name, all)
        await broker.writeCheckpoint(name, {
          position: { kind: 'at', epoch, ...head },
          version: `${step}`,
          state: 'y'.repeat(500),
        })
      } else clock.advance(chance.integer(0, 2) * 1_000)
      clock.advance(0)
      expect(broker.usage().channels).toBeLessThanOrEqual(10)
      expect(broker.usage().bytes).toBeLessThanOrEqual(30_000)
    }
    const { droppedChannels, trimmedPublications } = broker.usage()
    expect(Math.min(droppedChannels, trimmedPublications)).toBeGreaterThan(100)
    for (const end of ends) end()
    await clock.pass(4 * hour)
    expect(broker.usage()).toMatchObject({ channels: 0, bytes: 0 })
    expect(clock.pending).toBe(0)
  })

  test('I2 I4: nobody is ever continued wrongly by it: what follows comes, all of it, or a reset (seeded)', async () => {
    const { broker, clock } = setUp({ maxBytes: 12_000, maxChannels: 6 })
    const chance = createSeededRandomness('readers')
    const names = Array.from({ length: 10 }, (_, index) => `room:${index}`)
    const logs = new Map<string, string[]>(names.map((name) => [name, []]))
    const readers: { readonly name: string; position: AtPosition; seen: number }[] = []
    const outcomes = { continued: 0, reset: 0 }
    for (let step = 0; step < 6_000; step++) {
      const name = chance.pick(names)
      const log = logs.get(name) ?? []
      const does = chance.integer(0, 9)
      if (does < 5) {
        // Few ids, so that checks alone would often hold by accident.
        const id = chance.pick(['a', 'b'])
        const position = await append(broker, name, id, 'x'.repeat(chance.integer(0, 1_000)))
        log.push(id)
        if (chance.integer(0, 3) === 0) readers.push({ name, position, seen: log.length })
      } else if (does === 5) {
        const [position] = await broker.heads([name])
        if (position) readers.push({ name, position, seen: log.length })
      } else if (does === 6 && readers.length < 3_000) await broker.follow(`room:${chance.integer(0, 2)}`, follower)
      else if (does === 7) clock.advance(0)
      else {
        const reader = readers.at(-1 - chance.integer(0, 20))
        if (!reader) continue
        const got = await continueFrom(broker, reader.name, reader.position)
        if (typeof got === 'string') outcomes.reset++
        else {
          expect(got).toEqual(logs.get(reader.name)?.slice(reader.seen))
          outcomes.continued++
        }
      }
    }
    expect(Math.min(outcomes.continued, outcomes.reset)).toBeGreaterThan(100)
  })
})
