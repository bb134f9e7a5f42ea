import { describe, expect, test } from 'vitest'
import { byTurn, claimed, terms } from './claim-keys.ts'
import type { Stage } from './stage.ts'

/** Publishes that are claimed by the turns of producers. */
export function turnDuties(stage: Stage): void {
  describe('claims by turn', () => {
    const claim = (number: number, confirmed = 0, node = stage.broker) => claimed(node, byTurn(number, { confirmed }))
    const settle = (number: number) => stage.broker.settle('room:1', byTurn(number), answerTo(number))
    const answerTo = (number: number) => ({ code: 'refused', message: `Number ${number}.` }) as const

    async function takeTurns(count: number): Promise<void> {
      for (let number = 1; number <= count; number++) {
        expect(await claim(number)).toBe('granted')
        await settle(number)
      }
    }

    test('I5: are granted one after the other, on any node', async () => {
      for (let number = 1; number <= 6; number++) {
        expect(await claim(number, 0, number % 2 ? stage.broker : stage.other)).toBe('granted')
        await stage.other.settle('room:1', byTurn(number), { position: null })
      }
    })

    test('I1: a turn is pending while it, or the one before it, is at work', async () => {
      await claim(1)
      expect([await claim(1, 0, stage.other), await claim(2, 0, stage.other)]).toEqual(['pending', 'pending'])
      await settle(1)
      expect(await claim(2, 0, stage.other)).toBe('granted')
      expect([await claim(1), await claim(2), await claim(3)]).toEqual(['settled', 'pending', 'pending'])
    })

    test('I5: a repeat gets the first answer, until it is confirmed', async () => {
      await takeTurns(3)
      for (const number of [1, 2, 3])
        expect(await stage.other.claim('room:1', byTurn(number), terms)).toMatchObject({
          outcome: 'settled',
          answer: answerTo(number),
        })
      expect(await claim(4, 2)).toBe('granted')
      expect([await claim(1), await claim(2, 0, stage.other), await claim(3)]).toEqual([
        'out-of-turn',
        'out-of-turn',
        'settled',
      ])
    })

    test('I5: a refusal for good is an answer: it uses its number up', async () => {
      await claim(1)
      await stage.broker.settle('room:1', byTurn(1), { code: 'refused', message: 'Not this one.' })
      expect(await claim(2, 1, stage.other)).toBe('granted')
    })

    test('I5: the first answer stays, and who settles is told which one stands', async () => {
      await takeTurns(1)
      expect(await stage.other.settle('room:1', byTurn(1), { position: null })).toEqual(answerTo(1))
      expect(await stage.other.settle('room:1', byTurn(2), { position: null })).toBeUndefined()
      expect(await stage.broker.claim('room:1', byTurn(1), terms)).toMatchObject({ answer: answerTo(1) })
    })

    test('I5: a number that leaves one out is out of turn, at rest and at work, and changes nothing', async () => {
      await takeTurns(1)
      expect([await claim(3), await claim(100)]).toEqual(['out-of-turn', 'out-of-turn'])
      expect(await claim(2)).toBe('granted')
      expect([await claim(4, 0, stage.other), await claim(100)]).toEqual(['out-of-turn', 'out-of-turn'])
      await settle(2)
      expect(await claim(3)).toBe('granted')
    })

    test('I5: a number that is none is out of turn', async () => {
      expect([await claim(0), await claim(-1)]).toEqual(['out-of-turn', 'out-of-turn'])
      await takeTurns(2)
      expect([await claim(0), await claim(-1)]).toEqual(['out-of-turn', 'out-of-turn'])
    })

    test('I5: of a producer that nobody knows only the first turn is granted', async () => {
      expect([await claim(2), await claim(2, 1, stage.other)]).toEqual(['out-of-turn', 'out-of-turn'])
      expect(await claim(1)).toBe('granted')
    })

    test('I5: what was given back is granted to the next one, once, and what follows it is not', async () => {
      await takeTurns(1)
      await claim(2)
      await stage.broker.release('room:1', byTurn(2))
      expect(await claim(3)).toBe('out-of-turn')
      expect(await claim(2, 0, stage.other)).toBe('granted')
      expect(await claim(2)).toBe('pending')
      expect(await claim(1)).toBe('settled')
    })

    test('I5: the first turn may be given back too', async () => {
      await claim(1)
      await stage.other.release('room:1', byTurn(1))
      expect(await claim(2)).toBe('out-of-turn')
      expect(await claim(1)).toBe('granted')
      expect(await claim(1, 0, stage.other)).toBe('pending')
    })

    test('I5: what is answered cannot be given back, and another turn than the one at work neither', async () => {
      await takeTurns(2)
      await stage.broker.release('room:1', byTurn(2))
      expect([await claim(2), await claim(3)]).toEqual(['settled', 'granted'])
      for (const number of [2, 4]) await stage.other.release('room:1', byTurn(number))
      expect(await claim(3)).toBe('pending')
    })

    test('I5: only what is at work can be settled', async () => {
      for (const number of [1, 2]) await settle(number)
      expect(await claim(1)).toBe('granted')
      await settle(2)
      expect([await claim(1), await claim(2)]).toEqual(['pending', 'pending'])
      await stage.broker.release('room:1', byTurn(1))
      await settle(1)
      expect(await claim(1)).toBe('granted')
    })

    test('I5: turns of other channels, producers and scopes are others, however they are cut', async () => {
      await takeTurns(2)
      for (const [channel, key] of [
        ['room:2', byTurn(1)],
        ['room', byTurn(1, { producer: '1:tab-1' })],
        ['room:1', byTurn(1, { producer: 'tab-2' })],
        ['room:1', byTurn(1, {}, 'user-2')],
        ['room:1', byTurn(1, { producer: 'tab' }, 'user-1:1')],
        ['room:1', byTurn(1, { producer: 'tab:1' }, 'user-1')],
      ] as const) {
        expect(await claimed(stage.other, key, channel)).toBe('granted')
        await stage.broker.settle(channel, key, { position: null })
      }
      expect(await claim(3)).toBe('granted')
    })

    test('I5: a producer is remembered as long as it claims, and for a window after the last one', async () => {
      const claimFor = async (number: number) =>
        (await stage.broker.claim('room:1', byTurn(number), { ...terms, windowMs: 1_000 })).outcome
      await claimFor(1)
      await settle(1)
      for (const number of [1, 2, 2, 1]) {
        await stage.pass(600)
        expect(await claimFor(number)).not.toBe('out-of-turn')
      }
      await settle(2)
      await stage.pass(600)
      expect(await claimFor(3)).toBe('granted')
      await settle(3)
      await stage.pass(1_200)
      expect([await claimFor(3), await claimFor(4)]).toEqual(['out-of-turn', 'out-of-turn'])
    })

    test('I5: what a producer had at work when it was forgotten cannot be settled any more', async () => {
      await stage.broker.claim('room:1', byTurn(1), { ...terms, windowMs: 1_000 })
      await stage.pass(1_200)
      await settle(1)
      expect(await claim(2)).toBe('out-of-turn')
      expect(await claim(1)).toBe('granted')
    })

    test('I5: exactly one of many who claim a turn at once is granted it, on all nodes', async () => {
      for (let number = 1; number <= 3; number++) {
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, index) => claim(number, 0, index % 2 ? stage.broker : stage.other)),
        )
        expect(outcomes.sort()).toEqual(['granted', ...Array.from({ length: 19 }, () => 'pending')])
        await settle(number)
      }
    })

    test('I5: a hundred turns under way and unconfirmed keep their answers', async () => {
      await takeTurns(100)
      for (const number of [1, 50, 100])
        expect(await stage.other.claim('room:1', byTurn(number), terms)).toMatchObject({ answer: answerTo(number) })
    })
  })
}
