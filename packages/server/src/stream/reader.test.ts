import type { Signal } from '@baro/core'
import type { AtPosition, Position } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { emptyBatch, positionAt, publicationAt, sparseBatch, stillBatch } from '../../test/sparse-batches.ts'
import { Batch } from '../delivery/batch.ts'
import { unencoded } from '../delivery/dialect.ts'
import { LiveGroup } from '../delivery/live-group.ts'
import type { RoomWaiter } from '../delivery/outbox.ts'
import { createCounters } from '../observe/counters.ts'
import { unobserved } from '../observe/observation.ts'
import type { Feed } from './feed.ts'
import { type Outlet, Reader } from './reader.ts'

/** An outlet in this process that records what it gets. */
class WritingOutlet implements Outlet<Batch, Signal> {
  readonly dialect = unencoded
  readonly got: (readonly [how: string, what: unknown])[] = []
  readonly outbox = {
    isFull: false,
    waiter: undefined as RoomWaiter | undefined,
    waitForRoom(waiter: RoomWaiter) {
      this.waiter = waiter
    },
    stopWaiting() {},
  }

  recovered(batch: Batch): void {
    this.got.push(['recovered', batch])
  }

  continued(batch: Batch): void {
    this.got.push(['continued', batch])
  }

  deliver(batch: Batch): void {
    this.got.push(['delivered', batch])
  }

  signal(signal: Signal): void {
    this.got.push(['signal', signal])
  }

  reset(reason: string): void {
    this.got.push(['reset', reason])
  }

  failed(error: unknown): void {
    this.got.push(['failed', error])
  }
}

/** A reader at a feed that answers with these batches, one after the other; the last one leads to the head. */
function setUp(batches: readonly Batch[], head: AtPosition = batches.at(-1)?.position ?? positionAt(0)) {
  const group = new LiveGroup()
  const asked: (Position | undefined)[] = []
  const feed = {
    known(position: Position | undefined) {
      asked.push(position)
      return { outcome: 'recovered', batch: batches[Math.min(asked.length, batches.length) - 1] }
    },
    isHead: ({ offset }: AtPosition) => offset === head.offset,
    join: group.join.bind(group),
    leave: group.leave.bind(group),
    observing: unobserved,
    resolved: { channel: 'room:1' },
  } as unknown as Feed
  const [outlet, counters] = [new WritingOutlet(), createCounters()]
  const reader = new Reader(feed, outlet, counters, positionAt(2))
  reader.start()
  return { asked, counters, group, outlet, reader }
}

const signal: Signal = { channel: 'room:1', type: 'typing', payload: true }

describe('a reader that needs no bytes', () => {
  test('is handed what it missed, what happens, and the signals themselves', () => {
    const [missed, more] = [sparseBatch(), emptyBatch()]
    const { group, outlet } = setUp([missed, more])
    const now = new Batch('room:1', positionAt(40), positionAt(41), [publicationAt(41)])
    group.deliver(now)
    group.signal([signal])
    expect(outlet.got.map(([how]) => how)).toEqual(['recovered', 'continued', 'delivered', 'signal'])
    for (const [index, what] of [missed, more, now, signal].entries()) expect(outlet.got[index]?.[1]).toBe(what)
  })

  test('I7: is cut where it has no room, and goes on from what it had', () => {
    const { asked, counters, group, outlet } = setUp([sparseBatch()])
    outlet.outbox.isFull = true
    group.signal([signal])
    group.deliver(new Batch('room:1', positionAt(31), positionAt(41), [publicationAt(41)]))
    expect(counters.slow).toBe(1)
    expect(outlet.got.map(([how]) => how)).toEqual(['recovered'])
    outlet.outbox.isFull = false
    outlet.outbox.waiter?.hasRoom()
    expect(asked).toEqual([positionAt(2), positionAt(31)])
  })

  test('gets nothing after it has ended', () => {
    const { group, outlet, reader } = setUp([sparseBatch()])
    reader.end()
    group.deliver(new Batch('room:1', positionAt(31), positionAt(41), [publicationAt(41)]))
    expect(outlet.got).toHaveLength(1)
  })
})

describe('a reader before the head', () => {
  test('I2: reads on from the position of a batch without publications', () => {
    const [one, other] = [
      new Batch('room:1', positionAt(2), positionAt(9), []),
      new Batch('room:1', positionAt(9), positionAt(31), []),
    ]
    const { asked, outlet } = setUp([one, other, emptyBatch()])
    expect(asked).toEqual([positionAt(2), positionAt(9), positionAt(31)])
    expect(outlet.got.map(([how]) => how)).toEqual(['recovered', 'continued', 'continued'])
  })

  test('I2: fails after two answers that do not move it, instead of asking for ever', () => {
    const { asked, outlet } = setUp([stillBatch()], positionAt(50))
    expect(asked).toHaveLength(2)
    expect(outlet.got).toMatchObject([
      ['recovered', {}],
      ['failed', { code: 'unavailable' }],
    ])
  })
})
