import { channel } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { room } from '../../test/fake-client.ts'
import { createNodes, roomOne, shownBy } from '../../test/feed-nodes.ts'
import { loaded } from '../channel/snapshot-source.ts'

describe('the state', () => {
  test('survives the trimming of history', async () => {
    const { node, publish } = createNodes()
    const feed = await node().open()
    await publish('a', 'b', 'c', 'd', 'e', 'f', 'g')
    expect(await shownBy(feed)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  })

  test('survives trimming and another hub on the same broker, through its checkpoint', async () => {
    const { node, publish, clock } = createNodes()
    const feed = await node().open()
    await publish('a', 'b', 'c', 'd', 'e', 'f', 'g')
    await clock.pass(0)
    feed.close()
    const { open, log } = node()
    const next = await open()
    await publish('h')
    expect(await shownBy(next)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    expect(log.warnings).toEqual([])
  })

  test('a feed that closes keeps what its last tick gathered', async () => {
    const { node, publish } = createNodes()
    const feed = await node().open()
    await publish('a', 'b', 'c', 'd', 'e', 'f', 'g')
    feed.close()
    expect(await shownBy(await node().open())).toHaveLength(7)
  })

  test('of another version is not taken over; what history has lost is missing, and the log says so', async () => {
    const { node, publish, clock } = createNodes()
    const feed = await node().open()
    await publish('a', 'b', 'c', 'd', 'e', 'f', 'g')
    await clock.pass(0)
    feed.close()
    const { open, log } = node({ ...roomOne, definition: Object.assign(room.bind(null), room, { version: '2' }) })
    expect(await shownBy(await open())).toEqual(['c', 'd', 'e', 'f', 'g'])
    expect(log.warnings[0]).toMatch(/room:1.*version "2".*up to offset 2/)
  })

  test('is the same on all nodes of a version, also of those that start while nodes of another version publish', async () => {
    const { node, publish, clock } = createNodes()
    const before = await node().open()
    await publish('a', 'b', 'c', 'd', 'e', 'f', 'g')
    await clock.pass(0)
    const definition = Object.assign(room.bind(null), room, { version: '2' })
    const first = await node({ ...roomOne, definition }).open()
    await clock.pass(0)
    await publish('h', 'i', 'j', 'k', 'l')
    await clock.pass(0)
    const { open, log } = node({ ...roomOne, definition })
    const second = await open()
    expect(await shownBy(second)).toEqual(['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'])
    expect(await shownBy(first)).toEqual(await shownBy(second))
    expect(log.warnings).toEqual([])
    const again = await node().open()
    expect(await shownBy(again)).toEqual(await shownBy(before))
    expect(await shownBy(again)).toHaveLength(12)
  })

  test('that passes an event by, which a node of another build published, is said once; what is read from before is not', async () => {
    const { node, memory, publish, clock } = createNodes()
    const { open, log } = node()
    const feed = await open()
    const edit = async (id: string, type = 'edited') => {
      const entry = { type, payload: { text: 'x' }, id, time: clock.now() }
      await memory.append('room:1', [entry], room.history)
      await clock.pass(0)
    }
    await publish('a')
    for (const id of ['edit-1', 'edit-2']) await edit(id)
    await edit('notice', 'baro:redacted')
    expect(await shownBy(feed)).toEqual(['a'])
    expect(log.warnings).toEqual([
      expect.stringMatching(/"edited" in "room:1", and "room:\{id\}" has no such event.*version "1"/),
    ])
    const later = node()
    await later.open()
    expect(later.log.warnings.filter((warning) => warning.includes('edited'))).toEqual([])
  })

  test('a reducer that throws skips its publication; it is logged with the channel, and counted', async () => {
    const { node, publish } = createNodes()
    const { open, counters, log } = node()
    const feed = await open()
    await publish('a', 'throw', 'b')
    expect(await shownBy(feed)).toEqual(['a', 'b'])
    expect(counters.skipped).toBe(1)
    expect(log.errors).toEqual([expect.stringMatching(/"message".*"room:1", offset 2.*a fault of the reducer/s)])
  })

  test('whatever a reducer throws, the channel goes on', async () => {
    const { node, publish } = createNodes()
    const on = {
      message: () => {
        throw Object.create(null)
      },
    }
    const definition = Object.assign(room.bind(null), room, { state: { initial: () => 'initial', on } })
    const { open, counters } = node({ ...roomOne, definition })
    const feed = await open()
    await publish('a', 'b')
    expect(await shownBy(feed)).toBe('initial')
    expect(counters.skipped).toBe(2)
  })

  test('starts as the JSON of its initial value, as the browser will see it', async () => {
    const { node } = createNodes()
    const definition = channel('room:{id}', {
      events: { message: z.object({ text: z.string() }) },
      state: { initial: () => ({ since: new Date(0), nothing: undefined }), on: {} },
    })
    const feed = await node({ ...roomOne, definition }).open()
    expect(await shownBy(feed)).toEqual({ since: '1970-01-01T00:00:00.000Z' })
  })

  test('a channel without a state has no value, but a position', async () => {
    const { node, publish } = createNodes()
    const definition = channel('room:{id}', { events: { message: z.object({ text: z.string() }) } })
    const there = await publish('a')
    const feed = await node({ ...roomOne, definition }).open()
    expect(await feed.loadSnapshot()).toEqual({ position: there, valueText: undefined })
  })

  test('is written as JSON once for all who ask', async () => {
    const { node, publish } = createNodes()
    const feed = await node().open()
    await publish('a')
    expect(feed.snapshot).toBeDefined()
    expect(feed.snapshot).toBe(feed.snapshot)
  })
})

describe('a loaded snapshot', () => {
  /** A node with loaded snapshots; each load ends when the test says so. */
  function loading() {
    const stage = createNodes()
    const loads: ((value: unknown) => void)[] = []
    const snapshot = loaded(() => new Promise((resolve) => loads.push(resolve)))
    return { ...stage, ...stage.node({ ...roomOne, handlers: { access: 'public', snapshot } }), loads }
  }

  test('I2: its position is read before it is loaded', async () => {
    const { open, publish, loads } = loading()
    const feed = await open()
    const before = await publish('a')
    const snapshot = feed.loadSnapshot()
    await publish('b')
    loads[0]?.(['a'])
    expect(await snapshot).toEqual({ position: before, valueText: '["a"]' })
  })

  test('is loaded once for all who ask while it loads, and again afterwards', async () => {
    const { open, loads } = loading()
    const feed = await open()
    const both = [feed.loadSnapshot(), feed.loadSnapshot()]
    expect(loads).toHaveLength(1)
    loads[0]?.('first')
    expect((await Promise.all(both)).map(({ valueText }) => valueText)).toEqual(['"first"', '"first"'])
    const later = feed.loadSnapshot()
    loads[1]?.('second')
    expect((await later).valueText).toBe('"second"')
  })

  test('that never comes is unavailable after its time, and is loaded anew for the next who asks', async () => {
    const { open, loads, clock } = loading()
    const feed = await open()
    const waiting = [feed.loadSnapshot(), feed.loadSnapshot()].map((one) => one.catch((error: Error) => error.message))
    await clock.pass(30_000)
    const late = 'The snapshot of "room:1" did not answer within 30000 ms.'
    expect(await Promise.all(waiting)).toEqual([late, late])
    const later = feed.loadSnapshot()
    loads[1]?.('second')
    expect((await later).valueText).toBe('"second"')
    // What comes at last is nobody's any more.
    loads[0]?.('first')
    const last = feed.loadSnapshot()
    loads[2]?.('third')
    expect((await last).valueText).toBe('"third"')
  })

  test('that fails is loaded anew for the next who asks', async () => {
    const { node } = createNodes()
    let calls = 0
    const snapshot = loaded(() => {
      if (++calls === 1) throw new Error('no database')
      return ['a']
    })
    const feed = await node({ ...roomOne, handlers: { access: 'public', snapshot } }).open()
    await expect(feed.loadSnapshot()).rejects.toThrow('no database')
    expect(await shownBy(feed)).toEqual(['a'])
  })
})
