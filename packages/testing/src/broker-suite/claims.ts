import type { ClaimShare, Settlement } from '@baro/core/broker'
import { formatPosition } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { byId, byTurn, claimed, terms } from './claim-keys.ts'
import type { Stage } from './stage.ts'

/** Claims of one address after which every broker has to refuse some; and how many are under way together. */
const mostOfAddress = 100_000
const atOnce = 1_000

/** Publishes that are claimed by their ids, and the life that all claims are in. */
export function claimDuties(stage: Stage): void {
  describe('claims by id', () => {
    test('I5: exactly one of many who claim an id at once is granted it, on all nodes', async () => {
      const { broker, other } = stage
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => claimed(index % 2 ? broker : other, byId('a'))),
      )
      expect(outcomes.sort()).toEqual(['granted', ...Array.from({ length: 19 }, () => 'pending')])
    })

    test('I5: after it is settled, everybody gets the first answer, whatever it is', async () => {
      const { position } = await stage.append('room:1', 'a')
      const answers: readonly Settlement[] = [
        { position: formatPosition(position) },
        { position: null },
        { code: 'refused', message: 'Not this one.' },
      ]
      for (const [index, answer] of answers.entries()) {
        const key = byId(`id-${index}`)
        await stage.broker.claim('room:1', key, terms)
        await stage.broker.settle('room:1', key, answer)
        for (const node of [stage.other, stage.broker])
          expect(await node.claim('room:1', key, terms)).toMatchObject({ outcome: 'settled', answer })
      }
    })

    test('I5: the first answer stays, and who settles is told which one stands', async () => {
      const answer = { position: null }
      await stage.broker.claim('room:1', byId('a'), terms)
      expect(await stage.broker.settle('room:1', byId('a'), answer)).toEqual(answer)
      expect(await stage.other.settle('room:1', byId('a'), { code: 'refused', message: 'Too late.' })).toEqual(answer)
      expect(await stage.broker.claim('room:1', byId('a'), terms)).toMatchObject({ answer: { position: null } })
    })

    test('I5: what was given back is granted to the next one, once', async () => {
      await stage.broker.claim('room:1', byId('a'), terms)
      await stage.broker.release('room:1', byId('a'))
      expect(await claimed(stage.other, byId('a'))).toBe('granted')
      expect(await claimed(stage.broker, byId('a'))).toBe('pending')
    })

    test('I5: what is answered cannot be given back', async () => {
      await stage.broker.claim('room:1', byId('a'), terms)
      await stage.broker.settle('room:1', byId('a'), { position: null })
      await stage.other.release('room:1', byId('a'))
      expect(await claimed(stage.broker, byId('a'))).toBe('settled')
    })

    test('I5: what was given back cannot be settled any more', async () => {
      await stage.broker.claim('room:1', byId('a'), terms)
      await stage.broker.release('room:1', byId('a'))
      expect(await stage.broker.settle('room:1', byId('a'), { position: null })).toBeUndefined()
      expect(await claimed(stage.other, byId('a'))).toBe('granted')
    })

    test('I5: the same id in another channel or scope is another claim, however they are cut', async () => {
      const { broker } = stage
      for (const [channel, key] of [
        ['room:1', byId('2', 'user')],
        ['room:2', byId('2', 'user')],
        ['room:1', byId('2', 'user:1')],
        ['room:1', byId('1:2', 'user')],
        ['room', byId('1:2', 'user')],
        ['room:1', byId('tab-1', 'user')],
        ['room:1', byTurn(1, { producer: 'tab-1' }, 'user')],
      ] as const)
        expect(await claimed(broker, key, channel)).toBe('granted')
    })

    test('I5: a claim holds to the end of its window, settled or not, and is forgotten after it', async () => {
      const claim = async (id: string, windowMs: number) =>
        (await stage.broker.claim('room:1', byId(id), { ...terms, windowMs })).outcome
      await claim('settled', 1_000)
      await claim('pending', 1_000)
      await claim('long', 10_000)
      await stage.broker.settle('room:1', byId('settled'), { position: null })
      await stage.pass(600)
      expect([await claim('settled', 1_000), await claim('pending', 1_000)]).toEqual(['settled', 'pending'])
      await stage.pass(600)
      expect([await claim('settled', 1_000), await claim('pending', 1_000)]).toEqual(['granted', 'granted'])
      expect(await claim('long', 10_000)).toBe('pending')
    })

    test('I5: an id that was claimed again after its window holds for a whole window', async () => {
      const claim = async () => (await stage.broker.claim('room:1', byId('a'), { ...terms, windowMs: 1_000 })).outcome
      await claim()
      await stage.pass(1_200)
      expect(await claim()).toBe('granted')
      await stage.pass(600)
      expect(await claim()).toBe('pending')
    })

    test('I5: to settle or give back what nobody claimed grants nothing to anybody', async () => {
      expect(await stage.broker.settle('room:1', byId('a'), { position: null })).toBeUndefined()
      await stage.broker.release('room:1', byId('a'))
      expect(await claimed(stage.other, byId('a'))).toBe('granted')
      expect(await claimed(stage.other, byId('a'))).toBe('pending')
    })
  })

  describe('shares of the claims', () => {
    test('I7: what one address claims is bounded, and takes no room of another address, of a user or of the application', async () => {
      const { broker, other } = stage
      const claimFor = async (share: ClaimShare, id: string) =>
        broker.claim('room:1', byId(id, JSON.stringify(share)), { windowMs: 60_000, share })
      const flood = async (from: number) =>
        Promise.allSettled(
          Array.from({ length: atOnce }, (_, index) =>
            claimFor({ of: 'guest', address: '10.0.0.1' }, `flood-${from + index}`),
          ),
        )
      let refused: PromiseRejectedResult | undefined
      for (let from = 0; !refused && from < mostOfAddress; from += atOnce)
        refused = (await flood(from)).find((one) => one.status === 'rejected')
      expect(refused?.reason).toMatchObject({ code: 'rate-limited' })
      for (const share of [
        { of: 'guest', address: '10.0.0.2' },
        { of: 'user', user: '10.0.0.1' },
        { of: 'application' },
      ] as const)
        expect(await claimFor(share, 'a')).toMatchObject({ outcome: 'granted' })
      // What was granted is still remembered: to forget it early would be to publish twice.
      const first = byId('flood-0', JSON.stringify({ of: 'guest', address: '10.0.0.1' }))
      expect(await other.claim('room:1', first, terms)).toMatchObject({ outcome: 'pending' })
    })
  })

  describe('the life of the claims', () => {
    test('I5: has a name, the same on all nodes', async () => {
      const epoch = await stage.broker.claimsEpoch()
      expect(epoch).toMatch(/./)
      expect(await stage.other.claimsEpoch()).toBe(epoch)
    })

    test('I5: every claim tells it, whatever it comes to', async () => {
      const epoch = await stage.broker.claimsEpoch()
      const claim = () => stage.other.claim('room:1', byId('a'), { ...terms, epoch })
      expect(await claim()).toEqual({ outcome: 'granted', epoch })
      expect(await claim()).toEqual({ outcome: 'pending', epoch })
      await stage.broker.settle('room:1', byId('a'), { position: null })
      expect(await claim()).toEqual({ outcome: 'settled', answer: { position: null }, epoch })
      expect(await stage.other.claim('room:1', byTurn(7), terms)).toEqual({ outcome: 'out-of-turn', epoch })
    })

    test('I5: a claim that counts on another life is out of turn, and takes nothing from those that do not', async () => {
      const epoch = await stage.broker.claimsEpoch()
      for (const key of [byId('a'), byTurn(1)]) {
        const elsewhere = () => stage.other.claim('room:1', key, { ...terms, epoch: `${epoch}x` })
        expect(await elsewhere()).toEqual({ outcome: 'out-of-turn', epoch })
        expect(await claimed(stage.broker, key)).toBe('granted')
        await stage.broker.settle('room:1', key, { position: null })
        expect(await elsewhere()).toEqual({ outcome: 'out-of-turn', epoch })
      }
    })
  })
}
