import type { LeadAnswer } from '@baro/core/broker'
import { describe, expect, test } from 'vitest'
import { all, idsOf, roomy, type Stage } from './stage.ts'

const [work, terms] = ['room:1', { leaseMs: 10_000 }]
const leading = { leads: true, cursor: expect.any(Number) }

/** One node does what must be done once, and what a former leader does late changes nothing. */
export function leadershipDuties(stage: Stage): void {
  const lead = async (by: string, from = stage.broker) => from.leadership.lead(work, by, terms)
  const cursorOf = (answer: LeadAnswer) => (answer.leads ? answer.cursor : Number.NaN)

  describe('leadership', () => {
    test('of all who ask one leads, and the others are told for how long', async () => {
      const names = Array.from({ length: 20 }, (_, index) => `node-${index}`)
      const answers = await Promise.all(
        names.map((name, index) => lead(name, index % 2 === 0 ? stage.broker : stage.other)),
      )
      expect(answers.filter(({ leads }) => leads)).toEqual([leading])
      await stage.pass(4_000)
      const others = names.filter((_, index) => !answers[index]?.leads)
      const later = await Promise.all(others.map((name) => lead(name, stage.other)))
      expect(later).toEqual(others.map(() => ({ leads: false, leftMs: 6_000 })))
    })

    test('who leads renews its lease by asking again; the cursor rises each time', async () => {
      const cursors: number[] = []
      for (let round = 0; round < 5; round++) {
        cursors.push(cursorOf(await lead('A')))
        await stage.pass(terms.leaseMs - 1)
        expect(await lead('B', stage.other)).toEqual({ leads: false, leftMs: 1 })
      }
      expect(cursors).toEqual([...new Set(cursors)].sort((one, other) => one - other))
    })

    test('after its lease another one leads, with a cursor above all before; who led is told so', async () => {
      const first = cursorOf(await lead('A'))
      await stage.pass(terms.leaseMs)
      const second = cursorOf(await lead('B', stage.other))
      expect(second).toBeGreaterThan(first)
      expect(await lead('A')).toEqual({ leads: false, leftMs: terms.leaseMs })
    })

    test('who resigns makes room at once; of somebody else’s lead it changes nothing', async () => {
      const first = cursorOf(await lead('A'))
      await stage.other.leadership.resign(work, 'B')
      expect(await lead('B', stage.other)).toMatchObject({ leads: false })
      await stage.broker.leadership.resign(work, 'A')
      expect(cursorOf(await lead('B', stage.other))).toBeGreaterThan(first)
    })

    test('each work has its own leader', async () => {
      expect(await lead('A')).toEqual(leading)
      expect(await stage.other.leadership.lead('room:2', 'B', terms)).toEqual(leading)
    })

    test('a leader that stood still overwrites nothing that the next one has told', async () => {
      const late = cursorOf(await lead('A'))
      await stage.pass(terms.leaseMs)
      const cursor = cursorOf(await lead('B', stage.other))
      const feed = (id: string, from: number) => stage.broker.append(work, [stage.entry(id)], roomy, { cursor: from })
      expect(await feed('new', cursor)).toMatchObject({ outcome: 'appended' })
      expect(await feed('old', late)).toEqual({ outcome: 'fed-already', cursor })
      expect(idsOf((await stage.other.read(work, all)).publications)).toEqual(['new'])
    })

    test('a cursor is above the one that the caller knows to be kept', async () => {
      const far = 2 ** 52
      await stage.broker.append(work, [], roomy, { cursor: far })
      const first = cursorOf(await lead('A'))
      expect(await stage.broker.append(work, [], roomy, { cursor: first })).toEqual({
        outcome: 'fed-already',
        cursor: far,
      })
      const next = cursorOf(await stage.other.leadership.lead(work, 'A', { ...terms, above: far }))
      expect(next).toBe(far + 1)
      expect(cursorOf(await lead('A'))).toBe(far + 2)
    })
  })
}
