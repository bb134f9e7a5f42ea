import type { Delivery } from '@baro/core/broker'
import { checkOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { all, idsFrom, idsOf, placeOf, roomy, type Stage } from './stage.ts'

/** How much of a channel without a state is kept. */
export function historyDuties(stage: Stage): void {
  describe('history', () => {
    test('I2: a bound on the count trims the oldest and moves the floor with it', async () => {
      const [a] = await stage.appendEach('room:1', ['a', 'b', 'c', 'd'], { ...roomy, size: 3 })
      const view = await stage.broker.read('room:1', all)
      expect(view.floor).toBe(a.position.offset)
      expect(idsOf(view.publications)).toEqual(['b', 'c', 'd'])
      expect((await stage.broker.read('room:1', { ...all, after: view.floor })).from?.check).toBe(checkOf('a'))
    })

    test('I7: a bound on the bytes trims the oldest, and a publication larger than it is not kept at all', async () => {
      const bounds = { ...roomy, bytes: 250 }
      const made = []
      for (const id of ['a', 'b', 'c']) made.push(await stage.append('room:1', id, bounds, 'x'.repeat(98)))
      const floor = made[0]?.position.offset
      const view = await stage.broker.read('room:1', all)
      expect(view.floor).toBe(floor)
      expect(idsOf(view.publications)).toEqual(['b', 'c'])
      const { position } = await stage.append('room:1', 'huge', bounds, 'x'.repeat(300))
      const place = placeOf(position)
      expect(await stage.broker.read('room:1', { ...all, after: position.offset })).toMatchObject({
        floor: position.offset,
        from: place,
        publications: [],
        upTo: place,
      })
    })

    test('I7: bytes are counted as UTF-8', async () => {
      // 32 syllables of 3 bytes and two quotes: 98 bytes, not 34.
      for (const id of ['a', 'b', 'c']) await stage.append('room:1', id, { ...roomy, bytes: 200 }, '글'.repeat(32))
      expect(idsOf((await stage.broker.read('room:1', all)).publications)).toEqual(['b', 'c'])
    })

    test('I2: a bound on the age trims what is older, also while nothing is appended', async () => {
      const bounds = { ...roomy, ttlMs: 1_000 }
      const a = placeOf((await stage.append('room:1', 'a', bounds)).position)
      await stage.pass(600)
      const b = placeOf((await stage.append('room:1', 'b', bounds)).position)
      await stage.pass(600)
      const view = await stage.other.read('room:1', { ...all, after: a.offset })
      expect(view).toMatchObject({ floor: a.offset, head: b, from: a, upTo: b })
      expect(idsOf(view.publications)).toEqual(['b'])
      await stage.pass(600)
      expect(await stage.broker.read('room:1', { ...all, after: b.offset })).toMatchObject({
        floor: b.offset,
        head: b,
        from: b,
        publications: [],
        upTo: b,
      })
    })

    test('I4: offsets and epoch outlive the history', async () => {
      const bounds = { ...roomy, ttlMs: 500 }
      const before = await stage.append('room:1', 'a', bounds)
      await stage.pass(800)
      const after = await stage.append('room:1', 'b', bounds)
      expect(after.follows).toEqual(before.position)
    })

    test('a channel that keeps no history still counts', async () => {
      const [, b] = await stage.appendEach('room:1', ['a', 'b'], { ...roomy, size: 0 })
      const head = placeOf(b.position)
      expect(await stage.broker.read('room:1', { ...all, after: head.offset })).toMatchObject({
        floor: head.offset,
        head,
        from: head,
        publications: [],
        upTo: head,
      })
    })

    test('I1: what is kept stays in order over many trims', async () => {
      const made: Delivery[] = []
      for (const id of idsFrom(100)) {
        made.push(await stage.append('room:1', id, { ...roomy, size: 7 }))
        const view = await stage.broker.read('room:1', all)
        expect(view.publications).toEqual(made.slice(-7).flatMap(({ publications }) => publications))
        expect(view.floor).toBe(made.at(-8)?.position.offset ?? 0)
      }
    })
  })
}
