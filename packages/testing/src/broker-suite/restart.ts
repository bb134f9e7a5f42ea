import { formatPosition, startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { byId, byTurn, claimed, terms } from './claim-keys.ts'
import { createProbe } from './probe.ts'
import { all, type BrokerSuiteContext, idsFrom, idsOf, placeOf, roomy, type Stage } from './stage.ts'

/** What a broker finds again that was closed and opened on what it had kept. */
export function restartDuties(
  stage: Stage,
  restart: (context: BrokerSuiteContext) => Promise<void>,
  isOfOneProcess: boolean,
): void {
  const reopen = () => stage.reopen(restart)

  describe('restart on kept data', () => {
    test('I4: history, offsets and epoch go on, the floor too', async () => {
      const bounds = { ...roomy, size: 3 }
      await stage.appendEach('room:1', idsFrom(5), bounds)
      const before = await stage.broker.read('room:1', all)
      await reopen()
      expect(await stage.other.read('room:1', all)).toEqual(before)
      const { follows } = await stage.append('room:1', 'after', bounds)
      expect(placeOf(follows)).toEqual(before.head)
      expect(idsOf((await stage.other.read('room:1', all)).publications)).toEqual(['id-4', 'id-5', 'after'])
    })

    test('I4: a channel without a record goes on at the same epoch, so a page rendered before recovers', async () => {
      const { epoch } = await stage.broker.read('room:1', all)
      await reopen()
      expect((await stage.append('room:1', 'a')).follows).toEqual(startOf(epoch))
    })

    test('I2: what became too old meanwhile is gone, and the rest is not', async () => {
      const bounds = { ...roomy, ttlMs: 1_000 }
      await stage.append('room:1', 'old', bounds)
      await stage.pass(600)
      await stage.append('room:1', 'new', bounds)
      await reopen()
      await stage.pass(600)
      expect(idsOf((await stage.other.read('room:1', all)).publications)).toEqual(['new'])
    })

    test('I2: the state is still there', async () => {
      const { position } = await stage.append('room:1', 'a')
      const checkpoint = { position, version: '1', state: { folded: ['a'] } }
      await stage.broker.writeCheckpoint('room:1', checkpoint)
      await reopen()
      expect(await stage.other.readCheckpoint('room:1', '1')).toEqual(checkpoint)
    })

    test('I11: a round that was fed before is not fed again', async () => {
      await stage.broker.append('room:1', [stage.entry('a')], roomy, { cursor: 5 })
      await reopen()
      expect(await stage.other.append('room:1', [stage.entry('a')], roomy, { cursor: 5 })).toEqual({
        outcome: 'fed-already',
        cursor: 5,
      })
    })

    test('I5: claims go on in the same life: answers, and whose turn it is', async () => {
      const epoch = await stage.broker.claimsEpoch()
      for (const key of [byId('answered'), byTurn(1)]) await stage.broker.claim('room:1', key, terms)
      await stage.broker.settle('room:1', byId('answered'), { position: null })
      const { position } = await stage.append('room:1', 'before')
      await stage.broker.append('room:1', [], roomy, { settle: byTurn(1) })
      await reopen()
      expect(await stage.broker.claimsEpoch()).toBe(epoch)
      expect(await claimed(stage.other, byId('answered'))).toBe('settled')
      expect(await stage.other.claim('room:1', byTurn(1), { ...terms, epoch })).toEqual({
        outcome: 'settled',
        answer: { position: formatPosition(position) },
        epoch,
      })
      expect(await claimed(stage.other, byTurn(3))).toBe('out-of-turn')
      expect(await claimed(stage.other, byTurn(2))).toBe('granted')
    })

    if (isOfOneProcess)
      test('I5: of what was at work nobody knows: the process that held it has ended, so that is the answer, at once and for good', async () => {
        const epoch = await stage.broker.claimsEpoch()
        const keys = [byId('at work'), byTurn(1)]
        for (const key of keys) await stage.broker.claim('room:1', key, terms)
        await reopen()
        for (const key of keys) {
          const answer = { code: 'unknown-outcome', message: expect.stringContaining('Look before repeating it') }
          expect(await stage.other.claim('room:1', key, { ...terms, epoch })).toEqual({
            outcome: 'settled',
            answer,
            epoch,
          })
          expect(await stage.other.append('room:1', [stage.entry('late')], roomy, { settle: key })).toMatchObject({
            outcome: 'claim-over',
          })
        }
        await reopen()
        expect(await claimed(stage.other, byId('at work'))).toBe('settled')
        expect(await claimed(stage.other, byTurn(2))).toBe('granted')
      })
    else
      test('I5: what was at work stays so: another process may hold it', async () => {
        await stage.broker.claim('room:1', byId('at work'), terms)
        await reopen()
        expect(await claimed(stage.other, byId('at work'))).toBe('pending')
      })

    test('what was taken back stays so', async () => {
      const { position } = await stage.append('room:1', 'a', roomy, 'a secret')
      const tombstone = { type: 'removed', payload: null }
      await stage.broker.redact('room:1', placeOf(position), tombstone, stage.entry('notice'), roomy)
      await reopen()
      expect((await stage.other.read('room:1', all)).publications).toMatchObject([
        { ...tombstone, id: 'a', offset: position.offset },
        { id: 'notice' },
      ])
    })

    test('who followed before is told nothing more; who follows now is', async () => {
      const [before, after] = [createProbe(), createProbe()]
      await stage.other.follow('room:1', before)
      await reopen()
      await stage.other.follow('room:1', after)
      const made = await stage.append('room:1', 'a')
      await stage.delivered(() => after.deliveries.length > 0)
      expect([before.deliveries, after.deliveries]).toEqual([[], [made]])
    })
  })
}
