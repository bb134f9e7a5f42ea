import type { Json } from '@baro/core'
import { asBytes, checkOf, startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { terms } from './claim-keys.ts'
import { createProbe } from './probe.ts'
import { all, deliveryOf, idsFrom, idsOf, placeOf, roomy, type Stage } from './stage.ts'

/** What is appended, in which order, and what is told about it. */
export function appendDuties(stage: Stage): void {
  describe('append', () => {
    test('I2: tells what the publication follows and where it leads', async () => {
      const [first, second] = await stage.appendEach('room:1', ['first-id', 'second-id'])
      const { epoch, offset } = first.position
      expect(first).toEqual({
        channel: 'room:1',
        follows: startOf(epoch),
        position: { kind: 'at', epoch, offset, check: checkOf('first-id') },
        publications: [
          { type: 'message', payload: { text: 'first-id' }, offset, id: 'first-id', time: stage.context.clock.now() },
        ],
      })
      expect(second.follows).toEqual(first.position)
      expect(second.position).toMatchObject({ epoch, check: checkOf('second-id') })
    })

    test('I1: offsets are whole numbers above 0 that rise', async () => {
      const made = await stage.appendEach('room:1', idsFrom(20))
      const offsets = made.map(({ position }) => position.offset)
      expect(offsets.every((offset) => Number.isSafeInteger(offset) && offset > 0)).toBe(true)
      expect(isRising(offsets)).toBe(true)
      expect(made.map(({ publications }) => publications[0]?.offset)).toEqual(offsets)
    })

    test('keeps who published it, and nothing that is not of a publication', async () => {
      const { broker } = stage
      const entry = { type: 'm', payload: null, id: 'a', time: 5, by: 'user-1', secret: true }
      const { position, publications } = deliveryOf(await broker.append('room:1', [entry], roomy))
      const { offset } = position
      expect(publications).toEqual([{ type: 'm', payload: null, offset, id: 'a', time: 5, by: 'user-1' }])
      const { by, ...anonymous } = entry
      const second = deliveryOf(await broker.append('room:1', [anonymous], roomy))
      expect(second.publications.map((publication) => 'by' in publication)).toEqual([false])
    })

    test('returns a publication by read as soon as it has resolved', async () => {
      await stage.append('room:1', 'a')
      expect(idsOf((await stage.other.read('room:1', all)).publications)).toEqual(['a'])
    })

    test('I1: appends made without waiting for one another get their offsets in the order they were made', async () => {
      const ids = idsFrom(50)
      const deliveries = await Promise.all(ids.map((id) => stage.append('room:1', id)))
      expect(isRising(deliveries.map(({ position }) => position.offset))).toBe(true)
      expect(idsOf((await stage.broker.read('room:1', all)).publications)).toEqual(ids)
    })

    test('I1: appends from two nodes are one after the other, each following the one before', async () => {
      const { broker, other, entry } = stage
      const ids = idsFrom(40)
      const made = await Promise.all(
        ids.map(async (id, index) =>
          deliveryOf(await (index % 2 ? broker : other).append('room:1', [entry(id)], roomy)),
        ),
      )
      const inOrder = [...made].sort((a, b) => a.position.offset - b.position.offset)
      for (const [index, { follows }] of inOrder.entries())
        expect(follows).toEqual(inOrder[index - 1]?.position ?? startOf(follows.epoch))
      const { publications } = await broker.read('room:1', all)
      expect(publications).toEqual(inOrder.flatMap((delivery) => delivery.publications))
      expect([...idsOf(publications)].sort()).toEqual([...ids].sort())
    })

    test('channels do not share offsets', async () => {
      await stage.appendEach('room:1', ['a', 'b'])
      const [first] = await stage.appendEach('room:2', ['c'])
      expect(placeOf(first.follows)).toEqual({ offset: 0, check: '' })
    })

    test('a payload may be any JSON value, also one that holds bytes', async () => {
      const bytes = asBytes(Uint8Array.from([0, 1, 254, 255]))
      const payloads: Json[] = [null, true, 0, -1.5, '', '한글 🎈', [], [1, [2]], {}, { a: { b: [null] } }, { bytes }]
      for (const [index, payload] of payloads.entries()) await stage.append('room:1', `id-${index}`, roomy, payload)
      const { publications } = await stage.other.read('room:1', all)
      expect(publications.map(({ payload }) => payload)).toEqual(payloads)
    })
  })

  describe('append of many entries', () => {
    test('I2: is one delivery, with all of them in order', async () => {
      const probe = createProbe()
      await stage.other.follow('room:1', probe)
      const before = await stage.append('room:1', 'before')
      const made = await stage.appendAll('room:1', ['a', 'b', 'c'])
      expect(idsOf(made.publications)).toEqual(['a', 'b', 'c'])
      expect(isRising(made.publications.map(({ offset }) => offset))).toBe(true)
      expect(made.follows).toEqual(before.position)
      const last = made.publications.at(-1)
      expect(made.position).toEqual({ ...before.position, offset: last?.offset, check: checkOf('c') })
      await stage.delivered(() => probe.deliveries.length === 2)
      expect(probe.deliveries).toEqual([before, made])
    })

    test('I1: those of two nodes do not mix', async () => {
      const { broker, other, entry } = stage
      const rounds = Array.from({ length: 10 }, (_, round) => idsFrom(5, `round-${round}`))
      await Promise.all(
        rounds.map((ids, round) =>
          (round % 2 ? broker : other).append(
            'room:1',
            ids.map((id) => entry(id)),
            roomy,
          ),
        ),
      )
      const read = idsOf((await broker.read('room:1', all)).publications)
      const found = rounds.map((_, round) => read.slice(round * 5, round * 5 + 5))
      expect([...found].sort()).toEqual([...rounds].sort())
    })

    test('I1: all or nothing: one that cannot be written keeps the others, the cursor, the answer and the state out', async () => {
      const { broker, other, entry } = stage
      const before = await stage.append('room:1', 'before')
      const key = { scope: 'user-1', id: 'publish-1' }
      await broker.claim('room:1', key, { ...terms, windowMs: 10_000 })
      // JSON has no such number, whatever the types say.
      const unwritable = entry('unwritable', { count: 1n as unknown as number })
      const { position } = before
      const checkpoint = { follows: position, offset: position.offset + 2, version: '1', state: 'half' }
      await expect(async () =>
        broker.append('room:1', [entry('first'), unwritable], roomy, { cursor: 5, settle: key, checkpoint }),
      ).rejects.toThrow()
      expect((await other.heads(['room:1']))[0]).toEqual(position)
      expect(idsOf((await other.read('room:1', all)).publications)).toEqual(['before'])
      expect(await other.claim('room:1', key, { ...terms, windowMs: 10_000 })).toMatchObject({ outcome: 'pending' })
      expect(await other.readCheckpoint('room:1', '1')).toBeUndefined()
      expect(await other.append('room:1', [entry('again')], roomy, { cursor: 5 })).toMatchObject({
        outcome: 'appended',
        delivery: { follows: position },
      })
    })

    test('I2: they are trimmed like others, and what is left is read from the last that went', async () => {
      const made = await stage.appendAll('room:1', idsFrom(10), { ...roomy, size: 4 })
      const view = await stage.other.read('room:1', all)
      expect(idsOf(view.publications)).toEqual(idsFrom(10).slice(6))
      expect(view.floor).toBe(made.publications[5]?.offset)
    })
  })

  describe('append of nothing', () => {
    test('I2: leads to where the channel stands, and publishes nothing', async () => {
      const probe = createProbe()
      await stage.other.follow('room:1', probe)
      const before = await stage.append('room:1', 'a')
      const { position } = before
      expect(await stage.appendAll('room:1', [])).toEqual({
        channel: 'room:1',
        follows: position,
        position,
        publications: [],
      })
      const after = await stage.append('room:1', 'b')
      expect(after.follows).toEqual(position)
      await stage.delivered(() => probe.publications.length === 2)
      expect(idsOf(probe.publications)).toEqual(['a', 'b'])
      expect(idsOf((await stage.other.read('room:1', all)).publications)).toEqual(['a', 'b'])
    })

    test('I4: leaves a channel without publications at the beginning', async () => {
      const { epoch } = await stage.broker.read('room:1', all)
      expect(await stage.appendAll('room:1', [])).toMatchObject({ position: startOf(epoch), publications: [] })
      expect((await stage.append('room:1', 'a')).follows).toEqual(startOf(epoch))
    })
  })
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? number))
}
