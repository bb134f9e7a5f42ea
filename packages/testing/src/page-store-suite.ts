import { type KeptPage, maxSkewMs, type PageStore } from '@baro/core/broker'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** What one test of the suite gives to the function that makes the store. */
export interface PageStoreSuiteContext {
  /** The clock that the store is to use for leases, for marks, and for the age of what it remembers. */
  readonly clock: FakeClock
  /** Another one in each test: a store with an outside server keeps its keys apart by it. */
  readonly store: string
  /** Which node of the store to make: 1, and 2 as well if the suite runs on two. */
  readonly node: 1 | 2
  readonly maxBytes: number
}

/** What `pageStoreSuite` needs to know about a store. */
export interface PageStoreSuiteOptions {
  /** 2 if several stores can share what is kept: the second half of each duty is then seen from the other one. Default 1. */
  readonly nodes?: 1 | 2
  /** After how long a node sees what another one has written or marked, in milliseconds. Default 0. */
  readonly seenWithinMs?: number
}

const policy = { maxAgeMs: 60_000, maxStaleMs: Number.POSITIVE_INFINITY, maxBehind: 0, waitBehind: 7, minIntervalMs: 1 }

/**
 * Registers the tests (of vitest) that hold a page store to the duties of its port.
 *
 * @param createStore Called before each test; the store is closed after it.
 *
 * @example
 * ```ts
 * import { pageStoreSuite } from '@baro/testing/page-store-suite'
 *
 * pageStoreSuite('my store', async ({ clock, maxBytes }) => createMyPageStore({ clock, maxBytes }))
 * ```
 */
export function pageStoreSuite(
  name: string,
  createStore: (context: PageStoreSuiteContext) => Promise<PageStore>,
  { nodes = 1, seenWithinMs = 0 }: PageStoreSuiteOptions = {},
): void {
  describe(`page store suite: ${name}`, () => {
    let tests = 0
    let clock: FakeClock
    let store: PageStore
    let other: PageStore

    beforeEach(async () => {
      tests++
      clock = createFakeClock()
      const context = { clock, store: `suite-${tests}`, maxBytes: 20_000 }
      store = await createStore({ ...context, node: 1 })
      other = nodes === 2 ? await createStore({ ...context, node: 2 }) : store
    })

    afterEach(async () => {
      await store.close()
      if (other !== store) await other.close()
    })

    const page = (renderedAt: number, rest: Partial<KeptPage> = {}): KeptPage => ({
      ...{ about: null, parts: { identity: bytesOf(1_000) }, reads: [], tags: [], mark: 0, renderedAt, policy },
      ...rest,
    })
    /** Until the other node must see what this one has done. */
    const seen = () => clock.pass(seenWithinMs)
    const renderedAt = async (key: string, from = other) => (await from.read(key))?.renderedAt

    test('a page is read as it was written, to the last byte', async () => {
      const whole = page(1_700_000_000_123, {
        about: { status: 200, headers: [['content-type', 'text/html']], 한글: [null, true, 1.5] },
        parts: { identity: Uint8Array.from({ length: 256 }, (_, byte) => byte), br: Uint8Array.of(), gzip: bytesOf(9) },
        reads: [{ channel: 'room:42', position: '1a.epoch.7.x8Kf2a', version: '1' }],
        tags: ['path:/news', 'channel:room:42'],
        mark: 7,
      })
      await store.write('https://shop.example/뉴스?a=1', whole)
      const read = await other.read('https://shop.example/뉴스?a=1')
      expect(read).toMatchObject({ ...whole, parts: {} })
      expect(Object.keys(read?.parts ?? {}).sort()).toEqual(['br', 'gzip', 'identity'])
      for (const [part, bytes] of Object.entries(whole.parts))
        expect(Buffer.compare(read?.parts[part] as Uint8Array, bytes)).toBe(0)
    })

    test('what was never written is not there, and what is dropped is there no more', async () => {
      expect(await store.read('a')).toBeUndefined()
      await store.write('a', page(1))
      expect(await renderedAt('a')).toBe(1)
      await store.drop('a')
      await seen()
      expect(await other.read('a')).toBeUndefined()
    })

    test('a render that began earlier does not put its older page back, on any node', async () => {
      await store.write('a', page(2))
      await other.write('a', page(1))
      expect([await renderedAt('a', store), await renderedAt('a')]).toEqual([2, 2])
      await other.write('a', page(3))
      await seen()
      expect([await renderedAt('a', store), await renderedAt('a')]).toEqual([3, 3])
    })

    test('a page that a clock has dated too far ahead gives way, or it would keep out all others for as long', async () => {
      await store.write('a', page(clock.now() + 3_600_000))
      await other.write('a', page(clock.now()))
      await seen()
      expect([await renderedAt('a', store), await renderedAt('a')]).toEqual([
        clock.now() - seenWithinMs,
        clock.now() - seenWithinMs,
      ])
      await store.write('b', page(clock.now() + maxSkewMs))
      await other.write('b', page(clock.now()))
      expect(await renderedAt('b')).toBe(clock.now() + maxSkewMs)
    })

    test('a page is written again with more of its parts and tags', async () => {
      await store.write('a', page(1))
      await other.read('a')
      await store.write('a', page(1, { parts: { identity: bytesOf(9), gzip: bytesOf(3) }, tags: ['late'] }))
      await seen()
      const read = await other.read('a')
      expect([Object.keys(read?.parts ?? {}).sort(), read?.tags]).toEqual([['gzip', 'identity'], ['late']])
    })

    test('it is bounded in bytes: the pages that were not read for the longest time go', async () => {
      const keys = ['a', 'b', 'c', 'd']
      for (const key of keys) {
        await store.write(key, page(1, { parts: { identity: bytesOf(3_000) } }))
        await clock.pass(1_000)
      }
      await store.read('a')
      await clock.pass(1_000)
      await store.write('e', page(1, { parts: { identity: bytesOf(5_000) } }))
      await seen()
      const kept = await Promise.all([...keys, 'e'].map(async (key) => ((await other.read(key)) ? key : '')))
      expect(kept.join('')).toMatch(/^ac?d?e$/)
      await store.write('whole', page(1, { parts: { identity: bytesOf(20_000) } }))
      expect([await other.read('whole'), await renderedAt('e')]).toEqual([undefined, 1])
    })

    test('what is purged by a tag is there no more on the node that purges, whatever else it is tagged by', async () => {
      const tagged = { a: ['x', 'channel:room:1'], b: ['channel:room:10'], c: [], d: ['channel:room:1'] }
      for (const [key, tags] of Object.entries(tagged)) {
        await store.write(key, page(1, { tags }))
        await other.read(key)
      }
      await store.purge(['channel:room:1', 'nobody has "it"'])
      await other.purge(['channel:room:1'])
      const kept = async (one: PageStore) =>
        Promise.all(Object.keys(tagged).map(async (key) => (await one.read(key)) && key))
      expect(await kept(store)).toEqual([undefined, 'b', 'c', undefined])
      expect(await kept(other)).toEqual([undefined, 'b', 'c', undefined])
      // Its room is free again.
      await store.write('e', page(1, { parts: { identity: bytesOf(12_000) } }))
      expect(await renderedAt('b')).toBe(1)
    })

    test('one gets the lease of a page, until it is given back or its time is over', async () => {
      const [here, there, elsewhere] = await Promise.all([
        store.lease('a', 1_000),
        other.lease('a', 1_000),
        other.lease('b', 1_000),
      ])
      expect([here, there].sort()).toEqual([false, true])
      expect(elsewhere).toBe(true)
      await (here ? store : other).release('a')
      expect(await other.lease('a', 1_000)).toBe(true)
      await clock.pass(1_000)
      expect(await store.lease('a', 1_000)).toBe(true)
    })

    test('who wants to render is told what another one has rendered meanwhile', async () => {
      await store.write('a', page(1))
      await other.read('a')
      await store.lease('a', 1_000)
      await store.write('a', page(2))
      await store.release('a')
      // It has just read the older one, and may not know better. With the lease it does.
      expect(await other.lease('a', 1_000)).toBe(true)
      expect(await renderedAt('a')).toBe(2)
    })

    test('who waits for the render of another one sees it as soon as it is there', async () => {
      await store.write('a', page(1))
      await other.read('a')
      await store.lease('a', 1_000)
      expect(await other.lease('a', 1_000)).toBe(false)
      expect(await renderedAt('a')).toBe(1)
      await store.write('a', page(2))
      expect(await renderedAt('a')).toBe(2)
    })

    test('a mark is above the newest mark of before, and only its tags have it', async () => {
      const before = await store.lastMark()
      expect(await other.lastMark()).toBe(before)
      await store.mark(['a'])
      await store.mark(['b', 'c'])
      await seen()
      const [a = 0, b = 0, c = 0, d = 0] = await other.marksOf(['a', 'b', 'c', 'd'])
      expect([a > before, b > a, c === b, d <= before]).toEqual([true, true, true, true])
      expect([await store.lastMark(), await other.lastMark()]).toEqual([b, b])
    })

    test('marks of two nodes at once all count, on both', async () => {
      const before = await store.lastMark()
      const tags = Array.from({ length: 20 }, (_, index) => `tag ${index}`)
      await Promise.all(tags.map(async (tag, index) => (index % 2 === 0 ? store : other).mark([tag])))
      await seen()
      for (const node of [store, other]) {
        const marks = await node.marksOf(tags)
        expect(marks.every((mark) => mark > before)).toBe(true)
        expect(new Set(marks).size).toBe(tags.length)
      }
    })

    test('a mark that is forgotten counts as newer than it was, never as older', async () => {
      await store.mark(['a'])
      await store.mark(['b', 'c'])
      await seen()
      const [a = 0, b = 0] = await other.marksOf(['a', 'b'])
      await store.mark(Array.from({ length: 10_000 }, (_, index) => `tag ${index}`))
      await seen()
      for (const node of [store, other]) {
        const [first = 0, second = 0, never = 0] = await node.marksOf(['a', 'b', 'never'])
        expect([first >= a, second >= b, never >= b]).toEqual([true, true, true])
      }
    })
  })
}

function bytesOf(length: number): Uint8Array {
  return new Uint8Array(length).fill(7)
}
