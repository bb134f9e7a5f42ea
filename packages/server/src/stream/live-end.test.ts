import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { WritingReader } from '../../test/feed-nodes.ts'
import { Ticker } from '../delivery/ticker.ts'
import { unobserved } from '../observe/observation.ts'
import { LiveEnd } from './live-end.ts'

const at = (offset: number) => ({ kind: 'at' as const, epoch: 'e', offset, check: '' })

test('publications of a channel that come one after the other, while a bunch takes long to write, are one batch', () => {
  const still = createFakeClock()
  let spentMs = 0
  const ticker = new Ticker({ ...still, elapsed: () => spentMs }, { paused: 0, writtenBytes: 0 })
  const live = new LiveEnd({ channel: 'room:1', ticker, clock: still, observing: unobserved, maxPublications: 500 })
  const reader = new WritingReader()
  live.join(reader)
  let head = 0
  const publish = () => {
    const follows = at(head)
    const publication = { type: 'message', payload: {}, offset: ++head, id: `id-${head}`, time: 0 }
    live.gather(follows, [publication], at(head))
  }
  /** Each in a turn of the event loop of its own, half a millisecond after the one before. */
  const publishInTurns = (count: number): void => {
    spentMs += 0.5
    if (count > 0) publish()
    if (count >= 0) still.soon(() => publishInTurns(count - 1))
  }
  publish()
  publish()
  // A first bunch of two takes 64 ms to be written, so the next one is waited for.
  ticker.write({ flush: () => (spentMs += 64) }, true)
  still.advance(0)
  publishInTurns(4)
  still.advance(0)
  expect(reader.batches.map(({ publications }) => publications.length)).toEqual([2, 4])
})
