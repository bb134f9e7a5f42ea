import { describe, expect, test } from 'vitest'
import { byId, byTurn, claimed, terms } from './claim-keys.ts'
import { all, type BrokerSuiteContext, idsOf, roomy, type Stage } from './stage.ts'

/** What holds when what was remembered of publishes is lost. */
export function lostClaimDuties(stage: Stage, loseClaims: (context: BrokerSuiteContext) => Promise<void>): void {
  describe('claims that are lost', () => {
    async function lose(): Promise<string> {
      const before = await stage.broker.claimsEpoch()
      for (const number of [1, 2]) {
        await stage.broker.claim('room:1', byTurn(number), terms)
        await stage.broker.settle('room:1', byTurn(number), { position: null })
      }
      await stage.broker.claim('room:1', byTurn(3), terms)
      await stage.broker.claim('room:1', byId('a'), terms)
      await stage.append('room:1', 'kept')
      await loseClaims(stage.context)
      return before
    }

    test('I5: their life has another name, on all nodes, and every claim tells it', async () => {
      const before = await lose()
      const epoch = await stage.broker.claimsEpoch()
      expect(epoch).not.toBe(before)
      expect(await stage.other.claimsEpoch()).toBe(epoch)
      expect(await stage.other.claim('room:1', byId('b'), terms)).toEqual({ outcome: 'granted', epoch })
    })

    test('I5: who counts on the old life is granted nothing, an old turn or a new one', async () => {
      const epoch = await lose()
      for (const key of [byTurn(2), byTurn(3), byTurn(4), byTurn(1, { producer: 'tab-2' }), byId('a'), byId('b')])
        expect(await stage.other.claim('room:1', key, { ...terms, epoch })).toMatchObject({ outcome: 'out-of-turn' })
    })

    test('I5: a producer that goes on is out of turn, whatever it counts on', async () => {
      await lose()
      for (const number of [2, 3, 4]) expect(await claimed(stage.other, byTurn(number))).toBe('out-of-turn')
      expect(await claimed(stage.other, byTurn(1, { producer: 'tab-2' }))).toBe('granted')
    })

    test('I5: what was granted before cannot be settled any more, nor appended with; nothing else is lost', async () => {
      await lose()
      expect(await stage.broker.append('room:1', [stage.entry('late')], roomy, { settle: byTurn(3) })).toEqual({
        outcome: 'claim-over',
        answer: undefined,
      })
      expect(await stage.other.settle('room:1', byId('a'), { position: null })).toBeUndefined()
      expect(await claimed(stage.other, byTurn(3))).toBe('out-of-turn')
      expect(await claimed(stage.other, byId('a'))).toBe('granted')
      expect(idsOf((await stage.other.read('room:1', all)).publications)).toEqual(['kept'])
    })
  })
}
