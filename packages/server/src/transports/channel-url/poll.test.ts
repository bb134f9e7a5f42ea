import { EventEmitter } from 'node:events'
import { type AtPosition, startOf } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import {
  emptyBatch,
  placeAt,
  positionAt,
  publicationAt,
  sparseBatch,
  stillBatch,
} from '../../../test/sparse-batches.ts'
import { Batch } from '../../delivery/batch.ts'
import type { LiveReader } from '../../delivery/live-group.ts'
import { Ticker } from '../../delivery/ticker.ts'
import { createCounters } from '../../observe/counters.ts'
import { unobserved } from '../../observe/observation.ts'
import type { Feed } from '../../stream/feed.ts'
import { HeldRequests } from '../http/held-requests.ts'
import { longPoll, type PollAnswer, poll, waitForChange } from './poll.ts'

const position = startOf('epoch')
const news = sparseBatch()
const moved = emptyBatch()

/** A wait at a feed that counts its live readers. */
function setUp() {
  const clock = createFakeClock()
  const held = new HeldRequests()
  const gone = new EventEmitter()
  let isGone = false
  const goAway = () => {
    isGone = true
    gone.emit('gone')
  }
  const readers = new Set<LiveReader>()
  const feed = {
    join: (reader: LiveReader) => readers.add(reader),
    leave: (reader: LiveReader) => readers.delete(reader),
  } as unknown as Feed
  const ticker = new Ticker(clock, { paused: 0, writtenBytes: 0 })
  const wait = (waitMs = 1_000, isKnown = false) =>
    waitForChange({ clock, held, ticker }, feed, {
      waitMs,
      isKnown: () => isKnown,
      isGone: () => isGone,
      whenGone(run) {
        gone.once('gone', run)
        return () => gone.off('gone', run)
      },
    })
  return { clock, held, gone, goAway, readers, wait }
}

type SetUp = ReturnType<typeof setUp>

const polling = () => ({ counters: createCounters(), observing: unobserved, who: {} })

describe('who waits for a change', () => {
  test.each<[string, (parts: SetUp) => void]>([
    [
      'a publication',
      ({ clock, readers }) => {
        ;[...readers][0]?.deliver(news, news)
        clock.advance(0)
      },
    ],
    ['another life of the stream', ({ readers }) => [...readers][0]?.stale(position)],
    ['the end of the wait', ({ clock }) => clock.advance(1_000)],
    [
      'a publication, though the wait is over before its turn has come',
      ({ clock, readers, held }) => {
        ;[...readers][0]?.deliver(news, news)
        held.releaseAll()
        clock.advance(0)
      },
    ],
    ['the asker going away', ({ goAway }) => goAway()],
    ['the node stopping', ({ held }) => held.releaseAll()],
  ])('is released by %s, and stands nowhere any more', async (_, release) => {
    const parts = setUp()
    const waiting = parts.wait()
    expect([parts.readers.size, parts.clock.pending]).toEqual([1, 1])
    release(parts)
    await waiting
    expect([parts.readers.size, parts.clock.pending, parts.gone.listenerCount('gone')]).toEqual([0, 0, 0])
  })

  test.each<[string, (parts: SetUp) => Promise<void>]>([
    ['for no time at all', ({ wait }) => wait(0)],
    [
      'after it went away',
      ({ goAway, wait }) => {
        goAway()
        return wait()
      },
    ],
    [
      'at a node that stops',
      ({ held, wait }) => {
        held.releaseAll()
        return wait()
      },
    ],
  ])('%s does not wait', async (_, start) => {
    const parts = setUp()
    const waiting = start(parts)
    expect([parts.readers.size, parts.clock.pending]).toEqual([0, 0])
    await waiting
  })

  test.each<[string, (reader: LiveReader) => void]>([
    ['a signal', (reader) => reader.signal({ channel: 'room:1', type: 'typing', payload: 1 }, false)],
    ['a position that moves alone', (reader) => reader.deliver(moved, moved)],
  ])('goes on waiting at %s', async (_, tell) => {
    const { clock, readers, wait } = setUp()
    const waiting = wait()
    for (const reader of [...readers]) tell(reader)
    await clock.pass(0)
    expect([readers.size, clock.pending]).toEqual([1, 1])
    clock.advance(1_000)
    await waiting
    expect(readers.size).toBe(0)
  })

  test('goes on after those who are known to read, though it has waited longer', async () => {
    const { clock, readers, wait } = setUp()
    const order: string[] = []
    const waits = [wait().then(() => order.push('other')), wait(1_000, true).then(() => order.push('known'))]
    for (const reader of [...readers]) reader.deliver(news, news)
    clock.advance(0)
    await Promise.all(waits)
    expect(order).toEqual(['known', 'other'])
  })
})

describe('a poll', () => {
  const feedAt = (batch: Batch, head: AtPosition) => {
    const found = { outcome: 'recovered', batch }
    return { after: async () => found, isHead: (at: AtPosition) => at.offset === head.offset } as unknown as Feed
  }

  test('that finds nothing new is no event, because its client asks again at once', async () => {
    const told: number[] = []
    const watched = {
      ...polling(),
      observing: { ...unobserved, recovered: ({ publications }: { publications: number }) => told.push(publications) },
    }
    for (const batch of [stillBatch(), moved, news])
      await poll(watched, { ...feedAt(batch, batch.position), resolved: { channel: 'room:1' } } as Feed, position, 100)
    expect(told).toEqual([news.publications.length])
    expect(watched.counters.recovered).toBe(3)
  })
  const bodyOf = ({ body }: PollAnswer) => JSON.parse(Buffer.from(body).toString())

  test.each([
    ['publications with gaps, at the head', sparseBatch(), 31, 31, false],
    ['publications with gaps, before the head', sparseBatch(), 40, 31, true],
    ['a position that moves alone, before the head', emptyBatch(), 50, 40, true],
    ['a position that moves alone, to the head', emptyBatch(), 40, 40, false],
    ['what leads nowhere, though something came meanwhile', stillBatch(), 50, 40, false],
  ])('that finds %s: I10: is a closed range if it is one', async (_, batch, head, at, isClosed) => {
    const answer = await poll(polling(), feedAt(batch, positionAt(head)), positionAt(2), 500)
    expect(answer).toMatchObject({ position: positionAt(at), isClosed, isReset: false })
    expect(bodyOf(answer).position).toBe(placeAt(at))
    expect(bodyOf(answer).more).toBe(isClosed || undefined)
  })

  test('I2: cut by its limit, leads to the last that it brings', async () => {
    const answer = await poll(polling(), feedAt(sparseBatch(), positionAt(31)), positionAt(2), 1)
    expect(answer).toMatchObject({ position: positionAt(3), isClosed: true })
    expect(bodyOf(answer).publications).toEqual([publicationAt(3)])
  })

  /** A long poll from the head, which is at 31. */
  function waitAtHead() {
    const stage = setUp()
    const still = new Batch('room:1', positionAt(31), positionAt(31), [])
    const feed = Object.assign(feedAt(still, positionAt(31)), {
      join: (reader: LiveReader) => stage.readers.add(reader),
      leave: (reader: LiveReader) => stage.readers.delete(reader),
    })
    const { clock, held } = stage
    const parts = { clock, held, ticker: new Ticker(clock, { paused: 0, writtenBytes: 0 }), ...polling() }
    const wait = { waitMs: 1_000, isKnown: () => false, isGone: () => false, whenGone: () => () => {} }
    const answer = longPoll(parts, feed, positionAt(31), { limit: 500, ...wait })
    const deliver = async (batch: Batch) => {
      await clock.pass(0)
      for (const reader of [...stage.readers]) reader.deliver(batch, batch)
    }
    return { ...stage, answer, deliver }
  }

  test('that waits answers with the publications that came, and the position that has moved meanwhile', async () => {
    const { answer, clock, deliver } = waitAtHead()
    await deliver(emptyBatch())
    const publication = publicationAt(41)
    await deliver(new Batch('room:1', positionAt(40), positionAt(45), [publication]))
    await clock.pass(0)
    expect(bodyOf(await answer)).toEqual({ publications: [publication], position: placeAt(45) })
  })

  test('that waited for nothing answers with the position that has moved meanwhile', async () => {
    const { answer, clock, deliver } = waitAtHead()
    await deliver(emptyBatch())
    await clock.pass(1_000)
    expect(bodyOf(await answer)).toEqual({ publications: [], position: placeAt(40) })
  })
})
