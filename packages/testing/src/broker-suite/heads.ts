import { startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { all, idsFrom, roomy, type Stage } from './stage.ts'

/** Where many channels stand, in one answer. */
export function headDuties(stage: Stage): void {
  describe('heads', () => {
    test('I10: are those of the channels asked for, in their order, whatever they are', async () => {
      const [, second] = await stage.appendEach('room:1', ['a', 'b'])
      const [other] = await stage.appendEach('room:2', ['c'])
      const { epoch } = await stage.broker.read('room:absent', all)
      expect(await stage.other.heads(['room:2', 'room:absent', 'room:1', 'room:2'])).toEqual([
        other.position,
        startOf(epoch),
        second.position,
        other.position,
      ])
    })

    test('none are asked for, none are returned', async () => {
      expect(await stage.broker.heads([])).toEqual([])
    })

    test('I4: asking creates no channel', async () => {
      const [head] = await stage.other.heads(['room:1'])
      expect(await stage.broker.read('room:1', all)).toMatchObject({ epoch: head?.epoch, head: { offset: 0 } })
      expect((await stage.append('room:1', 'a')).follows).toEqual(head)
    })

    test('I10: a head outlives its history', async () => {
      const { position } = await stage.append('room:1', 'a', { ...roomy, ttlMs: 500 })
      await stage.pass(800)
      expect(await stage.other.heads(['room:1'])).toEqual([position])
    })

    test('I10: a thousand channels are asked for at once', async () => {
      const channels = idsFrom(1_000, 'room')
      const { position } = await stage.append('room-500', 'a')
      const heads = await stage.other.heads(channels)
      expect(heads).toHaveLength(1_000)
      expect(heads[499]).toEqual(position)
      expect(heads.filter(({ offset }) => offset > 0)).toHaveLength(1)
    })
  })
}
