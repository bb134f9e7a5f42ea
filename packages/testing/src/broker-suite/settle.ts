import type { Claimed, NowOrLater } from '@baro/core/broker'
import { formatPosition } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { byId, byTurn, claimed, terms } from './claim-keys.ts'
import { createProbe } from './probe.ts'
import { all, deliveryOf, idsOf, roomy, type Stage } from './stage.ts'

/** Answers that are kept in the same step as the publication, or instead of it. */
export function settleDuties(stage: Stage): void {
  describe.each([
    ['an id', byId('a')],
    ['a turn', byTurn(1)],
  ])('append that settles %s', (_, key) => {
    const append = (id = 'a') => stage.broker.append('room:1', [stage.entry(id)], roomy, { settle: key })
    const publish = async (id = 'a') => deliveryOf(await append(id))

    test('I5: answers the claim with the position that the append leads to', async () => {
      await stage.broker.claim('room:1', key, terms)
      const { position } = await publish()
      expect(await stage.other.claim('room:1', key, terms)).toMatchObject({
        outcome: 'settled',
        answer: { position: formatPosition(position) },
      })
    })

    test('I5: answers with the last position of many, and with the head of none', async () => {
      await stage.broker.claim('room:1', key, terms)
      const before = await stage.appendEach('room:1', ['a', 'b'])
      await stage.broker.append('room:1', [], roomy, { settle: key })
      const answer = { position: formatPosition(before[1].position) }
      expect(await stage.other.claim('room:1', key, terms)).toMatchObject({ outcome: 'settled', answer })
    })

    test('I5: nobody sees the publication and not the answer', async () => {
      const seen: NowOrLater<Claimed>[] = []
      await stage.other.follow('room:1', {
        ...createProbe(),
        deliver: () => void seen.push(stage.other.claim('room:1', key, terms)),
      })
      await stage.broker.claim('room:1', key, terms)
      await publish()
      await stage.delivered(() => seen.length > 0)
      expect(await Promise.all(seen)).toMatchObject([{ outcome: 'settled' }])
    })

    const nothingWasAppended = async () =>
      expect(await stage.other.read('room:1', all)).toMatchObject({ head: { offset: 0 }, publications: [] })

    test('I5: a claim that has an answer keeps it, and nothing is appended', async () => {
      const answer = { code: 'unknown-outcome', message: 'Nobody knew.' } as const
      await stage.broker.claim('room:1', key, terms)
      await stage.other.settle('room:1', key, answer)
      expect(await append()).toEqual({ outcome: 'claim-over', answer })
      expect(await stage.other.claim('room:1', key, terms)).toMatchObject({ outcome: 'settled', answer })
      await nothingWasAppended()
    })

    test('I5: what was appended with its claim is not appended again with it', async () => {
      await stage.append('room:1', 'before')
      await stage.broker.claim('room:1', key, terms)
      const answer = { position: formatPosition((await publish()).position) }
      expect(await append('b')).toEqual({ outcome: 'claim-over', answer })
      expect(await stage.other.settle('room:1', key, { position: null })).toEqual(answer)
      expect(idsOf((await stage.other.read('room:1', all)).publications)).toEqual(['before', 'a'])
    })

    test('I5: nothing is appended for a claim that was never made, given back or forgotten', async () => {
      expect(await append()).toEqual({ outcome: 'claim-over', answer: undefined })
      await stage.broker.claim('room:1', key, terms)
      await stage.other.release('room:1', key)
      expect(await append()).toEqual({ outcome: 'claim-over', answer: undefined })
      await stage.broker.claim('room:1', key, { ...terms, windowMs: 1_000 })
      await stage.pass(1_200)
      expect(await append()).toEqual({ outcome: 'claim-over', answer: undefined })
      await nothingWasAppended()
      expect(await claimed(stage.other, key)).toBe('granted')
    })

    test('I5: who settles while another node appends gets the answer that stands, and so do all', async () => {
      const answer = { code: 'unknown-outcome', message: 'Nobody knew.' } as const
      await stage.broker.claim('room:1', key, terms)
      const [appended, stands] = await Promise.all([append(), stage.other.settle('room:1', key, answer)])
      const { publications } = await stage.other.read('room:1', all)
      expect(publications).toHaveLength(stands && 'position' in stands ? 1 : 0)
      expect(appended.outcome).toBe(publications.length === 1 ? 'appended' : 'claim-over')
      expect(await stage.broker.claim('room:1', key, terms)).toMatchObject({ outcome: 'settled', answer: stands })
    })

    test('I5: a claim of another channel stays as it is', async () => {
      await stage.broker.claim('room:1', key, terms)
      await stage.broker.claim('room:2', key, terms)
      await publish()
      expect(await claimed(stage.other, key, 'room:2')).toBe('pending')
    })
  })

  test('I5: an append that settles a turn makes way for the next', async () => {
    await stage.broker.claim('room:1', byTurn(1), terms)
    await stage.broker.append('room:1', [stage.entry('a')], roomy, { settle: byTurn(1) })
    expect(await claimed(stage.other, byTurn(2, { confirmed: 1 }))).toBe('granted')
    expect(await claimed(stage.other, byTurn(1))).toBe('out-of-turn')
  })

  test('I5: nothing is appended for a turn whose answer was confirmed, or that is not the one at work', async () => {
    await stage.broker.claim('room:1', byTurn(1), terms)
    await stage.broker.settle('room:1', byTurn(1), { position: null })
    await stage.broker.claim('room:1', byTurn(2, { confirmed: 1 }), terms)
    for (const settle of [byTurn(1), byTurn(3), byTurn(2, { producer: 'tab-2' }), byTurn(2, {}, 'user-2')])
      expect(await stage.other.append('room:1', [stage.entry('a')], roomy, { settle })).toEqual({
        outcome: 'claim-over',
        answer: undefined,
      })
    expect(await claimed(stage.broker, byTurn(2))).toBe('pending')
    expect((await stage.broker.read('room:1', all)).publications).toEqual([])
  })
}
