import { checkOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { all, idsFrom, idsOf, placeOf, roomy, type Stage } from './stage.ts'

/** What stands between two offsets: nothing. */
export function sparseDuties(stage: Stage): void {
  describe('sparse offsets', () => {
    /** Appends until an offset was left out; the publications around it, and the offset between them. */
    async function findGap() {
      let before = await stage.append('room:1', 'id-0')
      for (const id of idsFrom(100)) {
        const after = await stage.append('room:1', id)
        const gap = before.position.offset + 1
        if (gap < after.position.offset) return { before, after, gap }
        before = after
      }
      throw new Error('A hundred publications have offsets without a gap. Leave the option `sparse` out.')
    }

    test('I4: a read from a gap begins there, and nothing stands there: no position fits it', async () => {
      const { after, gap } = await findGap()
      const last = await stage.append('room:1', 'last')
      const view = await stage.other.read('room:1', { ...all, after: gap })
      expect(view.from).toEqual({ offset: gap, check: '' })
      expect(view.publications).toEqual([...after.publications, ...last.publications])
      expect(view.upTo).toEqual(placeOf(last.position))
    })

    test('I4: right after the head nothing is known, whether or not a publication will stand there', async () => {
      for (const id of idsFrom(20)) {
        const { position } = await stage.append('room:1', id)
        const view = await stage.other.read('room:1', { ...all, after: position.offset + 1 })
        expect(view).toMatchObject({ publications: [], upTo: placeOf(position) })
        expect(view.from).toBeUndefined()
      }
    })

    test('I2: a read back from a gap returns what stands before it', async () => {
      const { before, gap } = await findGap()
      const view = await stage.other.read('room:1', { until: gap, limit: 1, bytes: 1_000 })
      expect(view.publications).toEqual(before.publications)
      expect(view.upTo).toEqual(placeOf(before.position))
    })

    test('nothing in a gap can be taken back', async () => {
      const { gap } = await findGap()
      const heads = await stage.broker.heads(['room:1'])
      const tombstone = { type: 'removed', payload: null }
      const place = { offset: gap, check: checkOf('no id') }
      expect(await stage.broker.redact('room:1', place, tombstone, stage.entry('notice'), roomy)).toBeUndefined()
      expect(await stage.broker.heads(['room:1'])).toEqual(heads)
    })

    test('I4: no state stands in a gap, whatever check it has', async () => {
      const { before, after, gap } = await findGap()
      for (const check of [before.position.check, after.position.check, checkOf('no id')])
        await stage.broker.writeCheckpoint('room:1', {
          position: { ...after.position, offset: gap, check },
          version: '1',
          state: 'of nothing',
        })
      expect(await stage.other.readCheckpoint('room:1', '1')).toBeUndefined()
    })

    test('I2: a state that was folded from a gap, or to one, is not kept', async () => {
      const { after, gap } = await findGap()
      const { position } = after
      for (const [follows, offset] of [
        [{ ...position, offset: gap }, position.offset],
        [position, gap],
      ] as const)
        await stage.broker.append('room:1', [], roomy, { checkpoint: { follows, offset, version: '1', state: 'x' } })
      expect(await stage.other.readCheckpoint('room:1', '1')).toBeUndefined()
    })

    test('I2: positions lead from one publication to the next all the same', async () => {
      const { before, after } = await findGap()
      expect(after.follows).toEqual(before.position)
      expect(idsOf((await stage.other.read('room:1', { ...all, after: before.position.offset })).publications)).toEqual(
        idsOf(after.publications),
      )
    })
  })
}
