import type { Publication } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { idsFrom, idsOf, placeOf, roomy, type Stage } from './stage.ts'

/** Reads of the newest publications, and of those up to an offset. */
export function readBackDuties(stage: Stage): void {
  describe('read backwards', () => {
    const range = { limit: 100, bytes: 1 << 20 }

    test('without an offset it returns the newest, in order, with where they begin', async () => {
      const [, b, , d] = await stage.appendEach('room:1', ['a', 'b', 'c', 'd'])
      const view = await stage.other.read('room:1', { ...range, limit: 2 })
      expect(idsOf(view.publications)).toEqual(['c', 'd'])
      expect(view).toMatchObject({ from: placeOf(b.position), upTo: placeOf(d.position), head: placeOf(d.position) })
    })

    test('it returns the newest up to an offset, and it included', async () => {
      const [a, , c, d] = await stage.appendEach('room:1', ['a', 'b', 'c', 'd'])
      const view = await stage.other.read('room:1', { ...range, until: c.position.offset, limit: 2 })
      expect(idsOf(view.publications)).toEqual(['b', 'c'])
      expect(view).toMatchObject({ from: placeOf(a.position), upTo: placeOf(c.position), head: placeOf(d.position) })
    })

    test('beyond the head it returns the newest', async () => {
      const [, b] = await stage.appendEach('room:1', ['a', 'b'])
      const view = await stage.broker.read('room:1', { ...range, until: b.position.offset + 1_000 })
      expect(idsOf(view.publications)).toEqual(['a', 'b'])
      expect(view).toMatchObject({ from: { offset: 0, check: '' }, upTo: placeOf(b.position) })
    })

    test('I7: bytes cut the beginning off, but one publication always comes, and it says where it begins', async () => {
      const made = []
      for (const id of ['a', 'b', 'c']) made.push(await stage.append('room:1', id, roomy, 'x'.repeat(98)))
      const [a, b] = made
      if (!a || !b) throw new Error('nothing was appended')
      const read = (bytes: number) => stage.broker.read('room:1', { limit: 10, bytes })
      for (const bytes of [200, 299])
        expect(await read(bytes)).toMatchObject({ from: placeOf(a.position), publications: [{ id: 'b' }, { id: 'c' }] })
      expect(await read(300)).toMatchObject({ from: { offset: 0 }, publications: [{}, {}, {}] })
      expect(await read(1)).toMatchObject({ from: placeOf(b.position), publications: [{ id: 'c' }] })
      expect((await read(1)).publications).toHaveLength(1)
    })

    test('a limit of 0 returns nothing and tells the place there', async () => {
      const [a, b] = await stage.appendEach('room:1', ['a', 'b'])
      const place = placeOf(a.position)
      const there = await stage.broker.read('room:1', { ...range, until: a.position.offset, limit: 0 })
      expect(there).toMatchObject({ from: place, publications: [], upTo: place })
      const head = placeOf(b.position)
      expect(await stage.broker.read('room:1', { ...range, limit: 0 })).toEqual({
        epoch: b.position.epoch,
        head,
        floor: 0,
        from: head,
        publications: [],
        upTo: head,
      })
    })

    test('I2: where history was trimmed it begins at the floor; below the floor nobody knows', async () => {
      const [a, b, c] = await stage.appendEach('room:1', ['a', 'b', 'c', 'd'], { ...roomy, size: 2 })
      const view = await stage.other.read('room:1', { ...range, until: c.position.offset })
      expect(idsOf(view.publications)).toEqual(['c'])
      expect(view).toMatchObject({ from: placeOf(b.position), floor: b.position.offset, upTo: placeOf(c.position) })
      const atFloor = await stage.other.read('room:1', { ...range, until: b.position.offset })
      expect(atFloor).toMatchObject({ from: placeOf(b.position), publications: [], upTo: placeOf(b.position) })
      const below = await stage.other.read('room:1', { ...range, until: a.position.offset })
      expect(below.publications).toEqual([])
      expect(below.from).toBeUndefined()
    })

    test('before the first publication there is nothing', async () => {
      await stage.append('room:1', 'a')
      const start = { offset: 0, check: '' }
      const view = await stage.broker.read('room:1', { ...range, until: 0 })
      expect(view).toMatchObject({ from: start, publications: [], upTo: start })
    })

    test('I2: read back from where the last one began, everything that is kept comes once', async () => {
      const ids = idsFrom(30)
      const made = await stage.appendAll('room:1', ids, { ...roomy, size: 25 })
      let found: readonly Publication[] = []
      let until = made.position.offset
      for (let reads = 0; reads < 20; reads++) {
        const view = await stage.other.read('room:1', { until, limit: 4, bytes: 1_000 })
        found = [...view.publications, ...found]
        until = view.from?.offset ?? view.floor
        if (until === view.floor) break
      }
      expect(idsOf(found)).toEqual(ids.slice(5))
    })
  })
}
