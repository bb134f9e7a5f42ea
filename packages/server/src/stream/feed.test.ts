import type { Delivery } from '@baro/core/broker'
import { type AtPosition, startOf } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { room } from '../../test/fake-client.ts'
import { createNodes, deliveryOf, roomOne, shownBy, WritingReader } from '../../test/feed-nodes.ts'
import type { Dialect } from '../delivery/dialect.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import type { Found } from './answers.ts'
import { Feed } from './feed.ts'

const reasonOf = async (found: Found | Promise<Found>) => {
  const answer = await found
  return answer.outcome === 'reset' ? answer.reason : answer.outcome
}
const offsetsOf = async (found: Found | Promise<Found>) => {
  const answer = await found
  return answer.outcome === 'recovered' ? answer.batch.publications.map(({ offset }) => offset) : answer.reason
}

describe('opening', () => {
  test('I2: what is published between following and reading is neither missed nor applied twice', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, open } = node()
    await publish('a')
    const release = broker.holdReads()
    const opening = open()
    await clock.pass(0)
    await publish('b')
    release()
    const feed = await opening
    await publish('c')
    expect(await shownBy(feed)).toEqual(['a', 'b', 'c'])
    expect(feed.position.offset).toBe(3)
  })

  test('I2: what is published after reading and before the feed is open is not missed either', async () => {
    const { node, publish } = createNodes()
    const { broker, open } = node()
    await publish('a')
    const { read } = broker
    broker.read = async (...args) => {
      const view = await read(...args)
      if (view.publications.length === 1) await publish('b')
      return view
    }
    expect(await shownBy(await open())).toEqual(['a', 'b'])
  })

  test('rejects when the broker cannot be read, and a closed feed follows nothing', async () => {
    const { node } = createNodes()
    const { broker, parts } = node()
    broker.broken.add('read')
    const feed = new Feed(roomOne, parts)
    await expect(feed.opened).rejects.toMatchObject({ code: 'unavailable' })
    feed.close()
    expect(broker.followers.size).toBe(0)
  })

  test('a feed that is closed while it opens rejects, instead of showing a value without a position', async () => {
    const { node, clock } = createNodes()
    const { broker, parts } = node()
    const release = broker.holdReads()
    const feed = new Feed(roomOne, parts)
    await clock.pass(0)
    feed.close()
    release()
    await expect(feed.opened).rejects.toMatchObject({ code: 'unavailable' })
    expect(broker.followers.size).toBe(0)
  })
})

describe('live readers', () => {
  test('get one batch for a tick, which says what it follows and where it leads', async () => {
    const { node, publish, clock } = createNodes()
    const feed = await node().open()
    const reader = new WritingReader()
    const start = feed.position
    feed.join(reader)
    const end = await publish('a', 'b')
    expect(reader.batches).toEqual([])
    await clock.pass(0)
    expect(reader.batches).toMatchObject([
      { follows: start, position: end, publications: [{ offset: 1 }, { offset: 2 }] },
    ])
  })

  test('I1: a reader that joins while a batch is pending has it already, and does not get it again', async () => {
    const { node, publish, clock } = createNodes()
    const feed = await node().open()
    const [before, after] = [new WritingReader(), new WritingReader()]
    feed.join(before)
    const there = await publish('a')
    expect(feed.isHead(there)).toBe(true)
    feed.join(after)
    await publish('b')
    await clock.pass(0)
    expect(before.offsets).toEqual([1, 2])
    expect(after.offsets).toEqual([2])
    expect(after.batches[0]?.follows).toEqual(there)
  })

  test('get nothing after they left, also of what was gathered before', async () => {
    const { node, publish, clock } = createNodes()
    const feed = await node().open()
    const reader = new WritingReader()
    feed.join(reader)
    await publish('a')
    feed.leave(reader)
    await clock.pass(0)
    expect(reader.batches).toEqual([])
  })

  test('I7: a batch holds no more publications than one read of history', async () => {
    const { node, publish, clock } = createNodes({ catchUpPublications: 2 })
    const feed = await node().open()
    const reader = new WritingReader()
    feed.join(reader)
    await publish('a', 'b', 'c', 'd', 'e')
    await clock.pass(0)
    expect(reader.batches.map(({ publications }) => publications.length)).toEqual([2, 2, 1])
    expect(reader.batches[1]?.follows).toEqual(reader.batches[0]?.position)
  })

  test('are told once for each dialect', async () => {
    const { node, publish, clock } = createNodes()
    const feed = await node().open()
    let encoded = 0
    const dialect: Dialect = { encode: () => new Uint8Array(++encoded), encodeSignal: () => undefined }
    for (let count = 0; count < 3; count++) feed.join({ dialect, deliver() {}, signal() {}, stale() {} })
    await publish('a')
    await clock.pass(0)
    expect(encoded).toBe(1)
  })
})

describe('what the broker tells', () => {
  test('I2: a delivery that was lost is found by the next one, and read', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, counters, open } = node()
    const feed = await open()
    const reader = new WritingReader()
    feed.join(reader)
    await publish('a')
    broker.onDeliver = () => []
    await publish('b')
    broker.onDeliver = (delivery) => [delivery]
    await publish('c')
    await clock.pass(0)
    expect(reader.offsets).toEqual([1, 2, 3])
    expect(await shownBy(feed)).toEqual(['a', 'b', 'c'])
    expect(counters.gaps).toBe(1)
  })

  test('I2: after a lost link it is read, without waiting for the next delivery', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, open } = node()
    const feed = await open()
    const reader = new WritingReader()
    feed.join(reader)
    broker.onDeliver = () => []
    await publish('a', 'b')
    for (const subscriber of broker.followers) subscriber.lost()
    await clock.pass(0)
    expect(reader.offsets).toEqual([1, 2])
  })

  test('I2: if it cannot be read then, it is read again later, and said in the log', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, log, open } = node()
    const feed = await open()
    const reader = new WritingReader()
    feed.join(reader)
    broker.onDeliver = () => []
    broker.broken.add('read')
    await publish('a')
    for (const subscriber of broker.followers) subscriber.lost()
    await clock.pass(1_500)
    expect(reader.offsets).toEqual([])
    expect(log.errors[0]).toMatch(/room:1.*cannot read/s)
    broker.broken.clear()
    await clock.pass(1_000)
    expect(reader.offsets).toEqual([1])
    // What was read is kept for those who come back, for a while.
    await clock.pass(10_000)
    expect(clock.pending).toBeLessThanOrEqual(1)
  })

  test('a closed feed does not go on trying', async () => {
    const { node, clock } = createNodes()
    const { broker, open } = node()
    const feed = await open()
    broker.broken.add('read')
    for (const subscriber of broker.followers) subscriber.lost()
    await clock.pass(0)
    feed.close()
    const reads = broker.calls.read
    await clock.pass(5_000)
    expect(broker.calls.read).toBe(reads)
  })

  test('I1: a delivery that comes twice, or late, is not applied again', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, counters, open } = node()
    const feed = await open()
    const reader = new WritingReader()
    feed.join(reader)
    const told: Delivery[] = []
    broker.onDeliver = (delivery) => {
      told.push(delivery)
      return [delivery, delivery, ...told.slice(0, -1)]
    }
    await publish('a', 'b', 'c')
    await clock.pass(0)
    expect(reader.offsets).toEqual([1, 2, 3])
    expect(counters.gaps).toBe(0)
  })

  test('I2: a gap found while another one is being read is read too', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, open } = node()
    const feed = await open()
    const reader = new WritingReader()
    feed.join(reader)
    broker.onDeliver = () => []
    await publish('a')
    const release = broker.holdAnswers()
    for (const subscriber of broker.followers) subscriber.lost()
    await clock.pass(0)
    await publish('b')
    for (const subscriber of broker.followers) subscriber.lost()
    release()
    await clock.pass(0)
    expect(reader.offsets).toEqual([1, 2])
  })

  test('I6: two nodes on one broker hand out the same publications', async () => {
    const { node, publish, clock } = createNodes()
    const feeds = [await node().open(), await node().open()]
    const readers = feeds.map((feed) => {
      const reader = new WritingReader()
      feed.join(reader)
      return reader
    })
    await publish('a', 'b')
    await clock.pass(0)
    expect(readers[0]?.batches).toEqual(readers[1]?.batches)
    expect(readers[0]?.offsets).toEqual([1, 2])
  })
})

describe('I4: another life of the stream', () => {
  /** A node whose channel has three publications and a live reader, and then gets another epoch. */
  async function inAnotherLife() {
    const stage = createNodes()
    const clockOfOthers = createFakeClock()
    const other = createMemoryBroker({ clock: clockOfOthers, randomness: createSeededRandomness('another life') })
    const mine = stage.node()
    const feed = await mine.open()
    const reader = new WritingReader()
    feed.join(reader)
    const had = await stage.publish('a', 'b', 'c')
    await stage.clock.pass(0)
    const entry = { type: 'message', payload: { text: 'new' }, id: 'new', time: 0 }
    const { position } = deliveryOf(await other.append('room:1', [entry], room.history))
    mine.broker.read = async (...args) => other.read(...args)
    mine.broker.readCheckpoint = async (...args) => other.readCheckpoint(...args)
    return { ...stage, ...mine, feed, reader, had, position, other }
  }

  test('its readers become stale at their position, and get nothing of the new life as if it followed', async () => {
    const { broker, clock, feed, reader, had, position } = await inAnotherLife()
    for (const subscriber of broker.followers) subscriber.lost()
    await clock.pass(0)
    expect(reader.offsets).toEqual([1, 2, 3])
    expect(reader.staleAt).toEqual([had])
    expect(feed.position).toEqual(position)
    expect(await shownBy(feed)).toEqual(['new'])
    expect(await reasonOf(feed.after(had))).toBe('epoch')
  })

  test('who joins while it is being read becomes stale with the others', async () => {
    const { broker, clock, feed, had } = await inAnotherLife()
    const late = new WritingReader()
    broker.readCheckpoint = async () => {
      feed.join(late)
      return undefined
    }
    for (const subscriber of broker.followers) subscriber.lost()
    await clock.pass(0)
    expect(late.staleAt).toEqual([had])
  })

  test('if it cannot be read, the old one goes on, and is left later', async () => {
    const { broker, clock, feed, reader, had, other } = await inAnotherLife()
    broker.readCheckpoint = async () => {
      throw new Error('not now')
    }
    for (const subscriber of broker.followers) subscriber.lost()
    await clock.pass(0)
    expect(feed.position).toEqual(had)
    expect(reader.staleAt).toEqual([])
    expect(await shownBy(feed)).toEqual(['a', 'b', 'c'])
    broker.readCheckpoint = async (...args) => other.readCheckpoint(...args)
    await clock.pass(1_000)
    expect(reader.staleAt).toEqual([had])
  })

  test('a reader that sees it before its node makes the node read on, instead of asking for ever', async () => {
    const { clock, feed, reader, had, position } = await inAnotherLife()
    expect(await reasonOf(feed.after(position))).toBe('recovered')
    await clock.pass(0)
    expect(feed.isHead(position)).toBe(true)
    expect(reader.staleAt).toEqual([had])
  })

  test('no reader is reset to the life that is over', async () => {
    const { feed, position } = await inAnotherLife()
    expect(await reasonOf(feed.after({ ...startOf('yet another'), offset: 1, check: 'x' }))).toBe('epoch')
    expect((await feed.loadSnapshot()).position).toEqual(position)
  })
})

describe('what follows a position', () => {
  test('at the head nothing is read, and nothing follows', async () => {
    const { node, publish } = createNodes()
    const { broker, open } = node()
    const feed = await open()
    const there = await publish('a')
    const reads = broker.calls.read
    const expected = { outcome: 'recovered', batch: { follows: there, position: there } }
    expect(feed.known(there)).toMatchObject(expected)
    expect(await feed.after(there)).toMatchObject(expected)
    expect(broker.calls.read).toBe(reads)
  })

  test('behind the head the kept publications follow, at most as many as one read brings', async () => {
    const { node, publish } = createNodes({ catchUpPublications: 2 })
    const feed = await node().open()
    const first = await publish('a')
    await publish('b', 'c', 'd')
    expect(await offsetsOf(feed.after(first))).toEqual([2, 3])
  })

  test.each<[string, (head: AtPosition) => Parameters<Feed['after']>[0], string]>([
    ['no position', () => undefined, 'none'],
    ['the position of a build', () => ({ kind: 'none' }), 'none'],
    ['a database snapshot', () => ({ kind: 'queried', epoch: 'e', xmin: '1', xmax: '2', xip: [] }), 'queried'],
    ['another epoch', (head) => ({ ...head, epoch: 'other' }), 'epoch'],
    ['the future', (head) => ({ ...head, offset: head.offset + 1 }), 'beyond-head'],
    ['the farthest future', (head) => ({ ...head, offset: Number.MAX_SAFE_INTEGER }), 'beyond-head'],
    ['before the history', (head) => startOf(head.epoch), 'trimmed'],
    ['rewritten history', (head) => ({ ...head, offset: 5, check: 'other' }), 'rewritten'],
    ['a rewritten head', (head) => ({ ...head, check: 'other' }), 'rewritten'],
  ])('I4: %s is reset', async (_, position, reason) => {
    const { node, publish } = createNodes()
    const feed = await node().open()
    const head = await publish('a', 'b', 'c', 'd', 'e', 'f')
    expect(await reasonOf(feed.after(position(head)))).toBe(reason)
  })

  test('many who come back while a feed opens cost no read of their own, however the stream moves on', async () => {
    const { node, publish, clock } = createNodes()
    const first = await publish('a')
    const { broker, open } = node()
    const feed = await open()
    const reads = broker.calls.read ?? 0
    for (const [text, offsets] of [
      ['b', [2]],
      ['c', [2, 3]],
      ['d', [2, 3, 4]],
    ] as const) {
      await publish(text)
      expect(await offsetsOf(feed.after(first))).toEqual(offsets)
      await clock.pass(900)
    }
    expect(broker.calls.read).toBe(reads)
  })

  test('many who come back later are read for once, until nobody has come for a while', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, open } = node()
    const feed = await open()
    const first = await publish('a')
    const second = await publish('b')
    await clock.pass(10_000)
    const reads = broker.calls.read ?? 0
    await Promise.all([feed.after(first), feed.after(first), feed.after(first)])
    expect(broker.calls.read).toBe(reads + 1)
    await publish('c')
    expect(await offsetsOf(feed.after(first))).toEqual([2, 3])
    expect(await offsetsOf(feed.after(second))).toEqual([3])
    expect(await offsetsOf(feed.after(feed.position))).toEqual([])
    expect(broker.calls.read).toBe(reads + 1)
    await clock.pass(10_000)
    expect(await offsetsOf(feed.after(first))).toEqual([2, 3])
    expect(broker.calls.read).toBe(reads + 2)
  })

  test('I7: what is kept for them is let go when nobody asks, or when it is too much', async () => {
    const { node, publish, clock } = createNodes({ catchUpBytes: 1_000 })
    const first = await publish('a')
    const pending = clock.pending
    const { broker, open } = node()
    const feed = await open()
    await publish('b'.repeat(2_000))
    const reads = broker.calls.read ?? 0
    await feed.after(first)
    expect(broker.calls.read).toBe(reads + 1)
    await clock.pass(1_000)
    expect(clock.pending).toBe(pending)
  })

  test('a read that failed is nobody else’s answer', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, open } = node()
    const feed = await open()
    const first = await publish('a')
    await publish('b')
    await clock.pass(10_000)
    broker.broken.add('read')
    await expect(feed.after(first)).rejects.toMatchObject({ code: 'unavailable' })
    broker.broken.clear()
    expect(await offsetsOf(feed.after(first))).toEqual([2])
  })

  test('a node catches up first with what its reader has seen', async () => {
    const { node, publish, clock } = createNodes()
    const { broker, open } = node()
    const feed = await open()
    const start = feed.position
    await publish('a')
    await clock.pass(10_000)
    broker.onDeliver = () => []
    const head = await publish('b')
    expect(feed.isHead(head)).toBe(false)
    expect(await offsetsOf(feed.after(start))).toEqual([1, 2])
    expect(feed.isHead(head)).toBe(true)
  })
})
