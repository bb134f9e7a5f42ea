/** A feed over a stream that is no channel of the broker: a view, which leaves out most of what it is a view of. */

import type { Publication } from '@baro/core'
import type { Delivery, StreamFollower, StreamSource, StreamView } from '@baro/core/broker'
import { positionAfter, type QueriedPosition } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createNodes, roomOne, WritingReader } from '../../test/feed-nodes.ts'
import { Feed } from './feed.ts'

const epoch = 'ring'
const entryAt = (offset: number): Publication => ({
  type: 'message',
  payload: { text: `row ${offset}` },
  offset,
  id: `row${offset}`,
  time: 0,
})
const placeAt = (offset: number) =>
  offset === 0 ? { offset: 0, check: '' } : { offset, check: positionAfter(epoch, entryAt(offset)).check }
const at = (offset: number) => ({ kind: 'at', epoch, ...placeAt(offset) }) as const
const snapshot: QueriedPosition = { kind: 'queried', epoch, xmin: '7', xmax: '9', xip: ['8'] }

/** Every tenth entry of a ring is in the view. Each read looks at a hundred entries. */
function createView() {
  let head = 25
  const followers = new Set<StreamFollower>()
  const reads: number[] = []
  const inView = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => from + index + 1)
      .filter((offset) => offset % 10 === 0)
      .map(entryAt)
  const viewFrom = (after: number): StreamView => {
    reads.push(after)
    const upTo = Math.min(head, after + 100)
    return {
      epoch,
      head: placeAt(head),
      floor: 0,
      from: placeAt(after),
      publications: inView(after, upTo),
      upTo: placeAt(upTo),
    }
  }
  const source: StreamSource = {
    read: async (range) => viewFrom('after' in range ? range.after : head),
    async follow(follower) {
      followers.add(follower)
      return () => followers.delete(follower)
    },
    // What the database snapshot did not see yet begins behind entry 12.
    resolve: async () => viewFrom(12),
  }
  return {
    source,
    reads,
    /** The ring goes on, whether or not there is anything of it in the view. */
    grow(by: number): void {
      const before = head
      head += by
      const delivery: Delivery = {
        channel: 'room:1',
        follows: at(before),
        position: at(head),
        publications: inView(before, head),
      }
      for (const follower of followers) follower.deliver(delivery)
    },
    growUnseen(by: number): void {
      head += by
    },
  }
}

async function setUp() {
  const view = createView()
  const { clock, node } = createNodes()
  const { parts, counters } = node()
  const { state: _, ...stateless } = roomOne.definition
  const definition = Object.assign(() => {}, stateless, { state: undefined }) as never
  const feed = new Feed({ ...roomOne, definition }, { ...parts, sourceOf: () => view.source })
  await feed.opened
  const reader = new WritingReader()
  feed.join(reader)
  return { ...view, clock, counters, feed, reader }
}

describe('a feed over a view', () => {
  test('I2: stands where the ring stands, and what leaves its readers out moves them all the same', async () => {
    const { feed, grow, clock, reader, counters } = await setUp()
    expect(feed.position).toEqual(at(25))
    grow(3)
    await clock.pass(0)
    grow(2)
    await clock.pass(0)
    expect(feed.position).toEqual(at(30))
    expect(reader.offsets).toEqual([30])
    expect(counters.gaps).toBe(0)
  })

  test('I2: reads on to the head over long stretches without anything', async () => {
    const { feed, growUnseen, grow, clock, reader, counters } = await setUp()
    growUnseen(240)
    grow(5)
    await clock.pass(0)
    expect(feed.position).toEqual(at(270))
    expect(reader.offsets).toEqual(Array.from({ length: 25 }, (_, index) => 30 + 10 * index))
    expect(counters.gaps).toBe(1)
  })

  test('I2: an answer leads as far as was read, also where nothing of it is in the view', async () => {
    const { feed } = await setUp()
    expect(await feed.after(at(21))).toMatchObject({
      outcome: 'recovered',
      batch: { follows: at(21), position: at(25), publications: [] },
    })
  })

  test('I12: a database snapshot is answered by what follows it, in the words of who asked', async () => {
    const { feed, reads } = await setUp()
    const before = reads.length
    expect(feed.known(snapshot)).toBeUndefined()
    const both = await Promise.all([feed.after(snapshot), feed.after(snapshot)])
    for (const found of both)
      expect(found).toMatchObject({
        outcome: 'recovered',
        batch: { follows: snapshot, position: at(25), publications: [{ offset: 20 }] },
      })
    expect(reads.slice(before)).toEqual([12])
  })

  test('I12: one that the stream does not reach back to is reset', async () => {
    const { feed, source } = await setUp()
    Object.assign(source, { resolve: async () => undefined })
    expect(await feed.after(snapshot)).toEqual({ outcome: 'reset', reason: 'queried' })
  })
})
