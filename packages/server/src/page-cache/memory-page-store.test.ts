import type { KeptPage } from '@baro/core/broker'
import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { createMemoryPageStore } from './memory-page-store.ts'

const policy = { maxAgeMs: 1, maxStaleMs: 1, maxBehind: 0, waitBehind: 0, minIntervalMs: 1 }
const page = (renderedAt: number, bytes = 1_000): KeptPage => ({
  ...{ about: null, parts: { identity: new Uint8Array(bytes) }, reads: [], tags: [], mark: 0, renderedAt, policy },
})

test('it is bounded in bytes: the pages that were not read for the longest time go', () => {
  const store = createMemoryPageStore({ maxBytes: 10_000 })
  for (const key of ['a', 'b', 'c', 'd']) store.write(key, page(1))
  store.read('a')
  store.write('e', page(1))
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => store.read(key))).toEqual(['a', 'c', 'd', 'e'])
  store.write('whole', page(1, 10_000))
  expect(store.read('whole')).toBeUndefined()
  expect(store.read('e')).toBeDefined()
})

test('a render that began earlier does not put its older page back', () => {
  const store = createMemoryPageStore()
  store.write('a', page(2))
  store.write('a', page(1))
  expect(store.read('a')).toMatchObject({ renderedAt: 2 })
  store.write('a', page(3))
  expect(store.read('a')).toMatchObject({ renderedAt: 3 })
})

test('one gets the lease, until it is given back or its time is over', async () => {
  const clock = createFakeClock()
  const store = createMemoryPageStore({ clock })
  expect([store.lease('a', 1_000), store.lease('a', 1_000), store.lease('b', 1_000)]).toEqual([true, false, true])
  store.release('a')
  expect(store.lease('a', 1_000)).toBe(true)
  await clock.pass(1_000)
  expect(store.lease('a', 1_000)).toBe(true)
})

test('marks rise, and one that is forgotten counts as newer than it was, never as older', () => {
  const store = createMemoryPageStore()
  expect([store.lastMark(), store.marksOf(['a', 'b'])]).toEqual([0, [0, 0]])
  store.mark(['a'])
  store.mark(['b', 'c'])
  expect([store.lastMark(), store.marksOf(['a', 'b', 'c', 'd'])]).toEqual([2, [1, 2, 2, 0]])
  store.mark(Array.from({ length: 10_000 }, (_, index) => `tag ${index}`))
  expect(store.marksOf(['a', 'b', 'd'])).toEqual([2, 2, 2])
})

test('an option that makes no sense is refused', () => {
  expect(() => createMemoryPageStore({ maxBytes: -1 })).toThrow('"maxBytes" is -1')
})
