import type { Broker } from '@baro/core/broker'
import type { Place } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createProbe } from './probe.ts'
import { all, deliveryOf, idsOf, placeOf, roomy, type Stage } from './stage.ts'

/** How what was published is taken back. */
export function redactDuties(stage: Stage): void {
  describe('redact', () => {
    const tombstone = { type: 'removed', payload: { why: 'by its author' } }
    const redact = (place: Place, id: string, from: Broker = stage.broker) =>
      from.redact('room:1', place, tombstone, stage.entry(id), roomy)

    async function setUp() {
      const entry = { type: 'message', payload: 'a secret', id: 'the-secret', time: 5, by: 'user-1' }
      const before = await stage.append('room:1', 'before')
      const secret = deliveryOf(await stage.broker.append('room:1', [entry], roomy))
      const after = await stage.append('room:1', 'after')
      return { before, secret, after, offset: secret.position.offset, place: placeOf(secret.position) }
    }

    test('leaves a tombstone in place: offset, id and time stay, payload and author are gone', async () => {
      const { offset, place } = await setUp()
      await redact(place, 'notice')
      const { publications } = await stage.other.read('room:1', all)
      expect(idsOf(publications)).toEqual(['before', 'the-secret', 'after', 'notice'])
      expect(publications[1]).toEqual({ ...tombstone, offset, id: 'the-secret', time: 5 })
      expect(JSON.stringify(await stage.other.read('room:1', { limit: 10, bytes: 10_000 }))).not.toContain('a secret')
    })

    test('I2: appends the entry in the same step, and delivers that alone', async () => {
      const { after, place } = await setUp()
      const probe = createProbe()
      await stage.other.follow('room:1', probe)
      const delivery = await redact(place, 'notice')
      expect(delivery).toMatchObject({ channel: 'room:1', follows: after.position, publications: [{ id: 'notice' }] })
      expect(delivery?.publications).toHaveLength(1)
      expect((await stage.other.heads(['room:1']))[0]).toEqual(delivery?.position)
      await stage.delivered(() => probe.deliveries.length > 0)
      expect(probe.deliveries).toEqual([delivery])
    })

    test('I2: nobody sees the entry and not the tombstone', async () => {
      const { offset, place } = await setUp()
      const seen: Promise<unknown>[] = []
      await stage.other.follow('room:1', {
        ...createProbe(),
        deliver: () => void seen.push(stage.other.read('room:1', { until: offset, limit: 1, bytes: 1_000 })),
      })
      await redact(place, 'notice')
      await stage.delivered(() => seen.length > 0)
      expect(await Promise.all(seen)).toMatchObject([{ publications: [tombstone] }])
    })

    test('I4: positions there, before and after still hold', async () => {
      const { before, secret, after, place } = await setUp()
      await redact(place, 'notice')
      for (const { position } of [before, secret, after])
        expect((await stage.other.read('room:1', { ...all, after: position.offset })).from).toEqual(placeOf(position))
    })

    test('what was taken back can be taken back again', async () => {
      const { offset, place } = await setUp()
      await redact(place, 'notice')
      const again = { type: 'removed', payload: { why: 'by law' } }
      const delivery = await stage.other.redact('room:1', place, again, stage.entry('second notice'), roomy)
      expect(idsOf(delivery?.publications ?? [])).toEqual(['second notice'])
      const { publications } = await stage.broker.read('room:1', all)
      expect(publications[1]).toEqual({ ...again, offset, id: 'the-secret', time: 5 })
      expect(publications).toHaveLength(5)
    })

    test('where nothing is kept nothing is appended: trimmed, beyond the head, before the first, no channel', async () => {
      const [trimmed, , head] = await stage.appendEach('room:1', ['a', 'b', 'c'], { ...roomy, size: 2 })
      const { offset, check } = placeOf(head.position)
      for (const place of [placeOf(trimmed.position), { offset: offset + 1, check }, { offset: 0, check: '' }])
        expect(await redact(place, 'notice', stage.other)).toBeUndefined()
      expect((await stage.broker.heads(['room:1']))[0]).toEqual(head.position)
      expect(idsOf((await stage.broker.read('room:1', all)).publications)).toEqual(['b', 'c'])
      expect(
        await stage.broker.redact('room:2', { offset: 1, check }, tombstone, stage.entry('notice'), roomy),
      ).toBeUndefined()
      expect((await stage.broker.heads(['room:2']))[0]?.offset).toBe(0)
    })

    test('I4: what stands there since is not taken back in the place of what was found', async () => {
      const { before, after, offset } = await setUp()
      for (const { position } of [before, after])
        expect(await redact({ offset, check: position.check }, 'notice', stage.other)).toBeUndefined()
      const { head, publications } = await stage.broker.read('room:1', all)
      expect(head).toEqual(placeOf(after.position))
      expect(publications[1]).toMatchObject({ payload: 'a secret', by: 'user-1' })
    })

    test('I2: what is older than the bound on the age is not there any more', async () => {
      const { position } = await stage.append('room:1', 'a', { ...roomy, ttlMs: 1_000 })
      await stage.pass(1_500)
      expect(await redact(placeOf(position), 'notice')).toBeUndefined()
      expect((await stage.other.heads(['room:1']))[0]).toEqual(position)
    })

    test('I7: what a tombstone weighs counts from then on', async () => {
      const bounds = { ...roomy, bytes: 350 }
      const huge = await stage.append('room:1', 'huge', bounds, 'x'.repeat(298))
      await stage.broker.redact(
        'room:1',
        placeOf(huge.position),
        { type: 'gone', payload: 0 },
        stage.entry('n', 0),
        bounds,
      )
      for (const id of ['a', 'b', 'c']) await stage.append('room:1', id, bounds, 'x'.repeat(98))
      expect(idsOf((await stage.other.read('room:1', all)).publications)).toEqual(['huge', 'n', 'a', 'b', 'c'])
      await stage.append('room:1', 'd', bounds, 'x'.repeat(98))
      expect(idsOf((await stage.other.read('room:1', all)).publications)).toEqual(['b', 'c', 'd'])
    })

    test('the cursor and the state stay as they are', async () => {
      const { after, place } = await setUp()
      const checkpoint = { position: after.position, version: '1', state: 'folded' }
      await stage.broker.append('room:1', [], roomy, { cursor: 5 })
      await stage.broker.writeCheckpoint('room:1', checkpoint)
      await redact(place, 'notice')
      expect(await stage.other.readCheckpoint('room:1', '1')).toEqual(checkpoint)
      expect(await stage.other.append('room:1', [], roomy, { cursor: 5 })).toEqual({
        outcome: 'fed-already',
        cursor: 5,
      })
    })

    test('I1: all or nothing: an entry that cannot be written leaves the publication as it was', async () => {
      const { after, place } = await setUp()
      const unwritable = stage.entry('notice', 1n as unknown as number)
      await expect(stage.broker.redact('room:1', place, tombstone, unwritable, roomy)).rejects.toThrow()
      const view = await stage.other.read('room:1', all)
      expect(view.head).toEqual(placeOf(after.position))
      expect(view.publications[1]).toMatchObject({ payload: 'a secret', by: 'user-1' })
    })
  })
}
