import { EventEmitter } from 'node:events'
import { positionAfter, startOf } from '@baro/core'
import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { Batch } from '../../delivery/batch.ts'
import type { LiveReader } from '../../delivery/live-group.ts'
import { Ticker } from '../../delivery/ticker.ts'
import type { HubParts } from '../../hub/hub-parts.ts'
import type { Feed } from '../../stream/feed.ts'
import { HeldRequests } from '../http/held-requests.ts'
import { waitForChange } from './poll.ts'

const position = startOf('epoch')
const publication = { type: 'message', payload: 'a', offset: 3, id: 'id3', time: 0 }
const news = new Batch('room:1', position, positionAfter('epoch', publication), [publication])
const moved = new Batch('room:1', position, positionAfter('epoch', { offset: 9, id: 'id9' }), [])

/** A wait at a feed that knows who stands at it. */
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
  const ticker = new Ticker(clock, { paused: 0 })
  const wait = (waitMs = 1_000, isKnown = false) =>
    waitForChange({ clock, held, ticker } as unknown as HubParts, feed, {
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
    ['a signal', (reader) => reader.signal({ channel: 'room:1', type: 'typing', payload: 1 })],
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
