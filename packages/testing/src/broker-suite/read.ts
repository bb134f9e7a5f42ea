import type { Publication } from '@baro/core'
import { checkOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { all, idsFrom, idsOf, placeOf, roomy, type Stage } from './stage.ts'

/** Reads that go on from an offset. */
export function readDuties(stage: Stage): void {
  describe('read after an offset', () => {
    test('I2: returns what follows it, with where that begins, how far it goes, and the head', async () => {
      const [a, , c] = await stage.appendEach('room:1', ['a', 'b', 'c'])
      const { epoch } = a.position
      const view = await stage.other.read('room:1', { ...all, after: a.position.offset })
      expect(view).toMatchObject({ epoch, from: placeOf(a.position), upTo: placeOf(c.position), floor: 0 })
      expect(view.head).toEqual(placeOf(c.position))
      expect(idsOf(view.publications)).toEqual(['b', 'c'])
    })

    test('I2: from offset 0 it returns everything that was ever published', async () => {
      await stage.appendEach('room:1', ['a', 'b'])
      const view = await stage.other.read('room:1', all)
      expect(view.from).toEqual({ offset: 0, check: '' })
      expect(idsOf(view.publications)).toEqual(['a', 'b'])
    })

    test('I2: a limit cuts the tail off, never the beginning, and it says how far it came', async () => {
      const [a, , c, d] = await stage.appendEach('room:1', ['a', 'b', 'c', 'd'])
      const view = await stage.broker.read('room:1', { after: a.position.offset, limit: 2, bytes: 1_000 })
      expect(idsOf(view.publications)).toEqual(['b', 'c'])
      expect(view).toMatchObject({ upTo: placeOf(c.position), head: placeOf(d.position) })
    })

    test('I7: bytes bound what is returned, but one publication always comes, and it says how far it came', async () => {
      const made = []
      for (const id of ['a', 'b', 'c']) made.push(await stage.append('room:1', id, roomy, 'x'.repeat(98)))
      const read = (bytes: number) => stage.broker.read('room:1', { after: 0, limit: 10, bytes })
      for (const [bytes, count] of [
        [200, 2],
        [299, 2],
        [300, 3],
        [1, 1],
        [0, 1],
      ] as const) {
        const view = await read(bytes)
        expect(idsOf(view.publications)).toEqual(['a', 'b', 'c'].slice(0, count))
        expect(view.upTo).toEqual(made[count - 1] && placeOf(made[count - 1]?.position ?? view.head))
      }
    })

    test('I2: a limit of 0 returns nothing and comes no further than where it begins', async () => {
      const [a, b] = await stage.appendEach('room:1', ['a', 'b'])
      for (const [after, place] of [
        [0, { offset: 0, check: '' }],
        [a.position.offset, placeOf(a.position)],
        [b.position.offset, placeOf(b.position)],
      ] as const)
        expect(await stage.broker.read('room:1', { after, limit: 0, bytes: 1_000 })).toEqual({
          epoch: a.position.epoch,
          head: placeOf(b.position),
          floor: 0,
          from: place,
          publications: [],
          upTo: place,
        })
    })

    test('I4: at the head there is nothing more, beyond it neither, and where it begins tells which is which', async () => {
      const [, b] = await stage.appendEach('room:1', ['a', 'b'])
      const head = placeOf(b.position)
      const { offset } = b.position
      expect(await stage.broker.read('room:1', { ...all, after: offset })).toMatchObject({
        head,
        from: head,
        publications: [],
        upTo: head,
      })
      for (const after of [offset + 1, offset + 1_000_000]) {
        const view = await stage.broker.read('room:1', { ...all, after })
        expect(view).toMatchObject({ head, publications: [], upTo: head })
        expect(view.from).toBeUndefined()
      }
    })

    test('I4: the place asked for is known from the floor to the head, both included, and not before it', async () => {
      const ids = ['id-one', 'id-two', 'id-three', 'id-four', 'id-five'] as const
      const made = await stage.appendEach('room:1', ids, { ...roomy, size: 2 })
      const places = []
      for (const { position } of made)
        places.push((await stage.other.read('room:1', { ...all, after: position.offset })).from)
      expect(places).toEqual([undefined, undefined, ...made.slice(2).map(({ position }) => placeOf(position))])
      expect((await stage.other.read('room:1', all)).from).toBeUndefined()
      expect(places[2]?.check).toBe(checkOf('id-three'))
    })

    test('I2: read on from how far the last one came, everything comes once, and the end is the head', async () => {
      const ids = idsFrom(25)
      await stage.appendAll('room:1', ids)
      const found: Publication[] = []
      let after = 0
      for (let reads = 0; reads < 20; reads++) {
        const view = await stage.other.read('room:1', { after, limit: 4, bytes: 1_000 })
        found.push(...view.publications)
        after = view.upTo.offset
        if (after === view.head.offset) break
      }
      expect(idsOf(found)).toEqual(ids)
      expect(after).toBe(found.at(-1)?.offset)
    })
  })
}
