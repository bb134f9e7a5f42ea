import { describe, expect, test } from 'vitest'
import { terms } from './claim-keys.ts'
import { createProbe } from './probe.ts'
import { all, idsOf, roomy, type Stage } from './stage.ts'

/** What makes feeding a channel exact: a number that only rises. */
export function cursorDuties(stage: Stage): void {
  describe('the cursor of a channel', () => {
    const feed = (cursor: number, id: string, from = stage.broker) =>
      from.append('room:1', [stage.entry(id)], roomy, { cursor })

    test.each([0, 7, -3])('the first one is kept, whatever it is: %i', async (cursor) => {
      expect(await feed(cursor, 'a')).toMatchObject({ outcome: 'appended' })
      expect(await feed(cursor, 'again', stage.other)).toEqual({ outcome: 'fed-already', cursor })
    })

    test('a larger one appends and is kept, an equal or a smaller one appends nothing and gets the kept one', async () => {
      await feed(5, 'five')
      expect(await feed(5, 'five again', stage.other)).toEqual({ outcome: 'fed-already', cursor: 5 })
      expect(await feed(4, 'four', stage.other)).toEqual({ outcome: 'fed-already', cursor: 5 })
      expect(await feed(6, 'six', stage.other)).toMatchObject({ outcome: 'appended' })
      expect(await feed(5, 'five, late')).toEqual({ outcome: 'fed-already', cursor: 6 })
      expect(idsOf((await stage.broker.read('room:1', all)).publications)).toEqual(['five', 'six'])
    })

    test('what was fed already is told to nobody, settles nothing and leaves the state as it is', async () => {
      const probe = createProbe()
      const key = { scope: 'feed', id: 'round' }
      await feed(5, 'a')
      await stage.other.follow('room:1', probe)
      await stage.broker.claim('room:1', key, { ...terms, windowMs: 10_000 })
      const [position] = await stage.broker.heads(['room:1'])
      if (!position) throw new Error('no head')
      const checkpoint = { follows: position, offset: position.offset, version: '1', state: 'doubled' }
      await stage.broker.append('room:1', [], roomy, { cursor: 5, settle: key, checkpoint })
      expect(await stage.other.claim('room:1', key, { ...terms, windowMs: 10_000 })).toMatchObject({
        outcome: 'pending',
      })
      expect(await stage.other.readCheckpoint('room:1', '1')).toBeUndefined()
      await feed(6, 'b')
      await stage.delivered(() => probe.deliveries.length > 0)
      expect(idsOf(probe.publications)).toEqual(['b'])
    })

    test('an append without one always happens, and leaves it as it is', async () => {
      await feed(5, 'a')
      await stage.append('room:1', 'b')
      expect(await feed(5, 'a again', stage.other)).toEqual({ outcome: 'fed-already', cursor: 5 })
      expect(await feed(6, 'c')).toMatchObject({ outcome: 'appended' })
    })

    test('an append of nothing moves it: a round without changes is a round', async () => {
      await stage.broker.append('room:1', [], roomy, { cursor: 5 })
      expect(await feed(5, 'a', stage.other)).toEqual({ outcome: 'fed-already', cursor: 5 })
    })

    test('each channel has its own', async () => {
      await feed(5, 'a')
      const elsewhere = await stage.other.append('room:2', [stage.entry('a')], roomy, { cursor: 1 })
      expect(elsewhere).toMatchObject({ outcome: 'appended' })
    })

    test('it is exact up to the largest whole number', async () => {
      const largest = Number.MAX_SAFE_INTEGER
      await feed(largest - 1, 'a')
      expect(await feed(largest - 1, 'a again', stage.other)).toEqual({ outcome: 'fed-already', cursor: largest - 1 })
      expect(await feed(largest, 'b', stage.other)).toMatchObject({ outcome: 'appended' })
      expect(await feed(largest, 'b again')).toEqual({ outcome: 'fed-already', cursor: largest })
    })

    test('of two nodes that feed the same rounds at once each round is appended once, in order', async () => {
      const rounds = Array.from({ length: 20 }, (_, index) => index + 1)
      const answers = await Promise.all(
        rounds.flatMap((cursor) =>
          [stage.broker, stage.other].map(async (node) => ({
            cursor,
            ...(await feed(cursor, `round-${cursor}`, node)),
          })),
        ),
      )
      const { publications } = await stage.broker.read('room:1', all)
      const appended = answers.filter(({ outcome }) => outcome === 'appended').map(({ cursor }) => cursor)
      expect([...new Set(appended)]).toHaveLength(appended.length)
      expect(idsOf(publications)).toEqual([...appended].sort((a, b) => a - b).map((cursor) => `round-${cursor}`))
      expect(await feed(20, 'round-20')).toEqual({ outcome: 'fed-already', cursor: 20 })
    })
  })
}
