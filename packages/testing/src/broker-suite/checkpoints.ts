import type { Checkpoint } from '@baro/core/broker'
import type { AtPosition } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { roomy, type Stage } from './stage.ts'

/** States that are written after the append. */
export function checkpointDuties(stage: Stage): void {
  describe('checkpoints', () => {
    const checkpoint = (position: AtPosition, state: string, version = '1'): Checkpoint => ({
      position,
      version,
      state,
    })

    test('there is none before one is written', async () => {
      expect(await stage.broker.readCheckpoint('room:1')).toBeUndefined()
      await stage.append('room:1', 'a')
      expect(await stage.broker.readCheckpoint('room:1')).toBeUndefined()
    })

    test('the newer stays, whichever comes last', async () => {
      const [first, second] = await stage.appendEach('room:1', ['a', 'b'])
      const [older, newer] = [checkpoint(first.position, 'older'), checkpoint(second.position, 'newer')]
      await stage.broker.writeCheckpoint('room:1', older)
      expect(await stage.other.readCheckpoint('room:1')).toEqual(older)
      await stage.broker.writeCheckpoint('room:1', newer)
      await stage.other.writeCheckpoint('room:1', older)
      expect(await stage.broker.readCheckpoint('room:1')).toEqual(newer)
    })

    test('at one position the first stays, unless the version is another', async () => {
      const { position } = await stage.append('room:1', 'a')
      await stage.broker.writeCheckpoint('room:1', checkpoint(position, 'first'))
      await stage.other.writeCheckpoint('room:1', checkpoint(position, 'second'))
      expect(await stage.broker.readCheckpoint('room:1')).toEqual(checkpoint(position, 'first'))
    })

    test('another version replaces it, older or not: the state of another reducer is of no use', async () => {
      const [first, second] = await stage.appendEach('room:1', ['a', 'b'])
      await stage.broker.writeCheckpoint('room:1', checkpoint(second.position, 'version 1'))
      await stage.broker.writeCheckpoint('room:1', checkpoint(first.position, 'version 2', '2'))
      expect(await stage.other.readCheckpoint('room:1')).toEqual(checkpoint(first.position, 'version 2', '2'))
    })

    test('I4: one of another epoch is not kept', async () => {
      const { position } = await stage.append('room:1', 'a')
      await stage.broker.writeCheckpoint('room:1', checkpoint({ ...position, epoch: `${position.epoch}x` }, 'foreign'))
      expect(await stage.broker.readCheckpoint('room:1')).toBeUndefined()
    })

    test('I4: one whose position is not on the history is not kept: rewritten, beyond the head, or trimmed', async () => {
      const bounds = { ...roomy, size: 2 }
      const made = await stage.appendEach('room:1', ['a', 'b', 'c', 'd'], bounds)
      const [trimmed, floor, kept, head] = made.map(({ position }) => position)
      if (!trimmed || !floor || !kept || !head) throw new Error('nothing was appended')
      await stage.broker.writeCheckpoint('room:1', checkpoint(floor, 'at the floor'))
      expect(await stage.broker.readCheckpoint('room:1')).toEqual(checkpoint(floor, 'at the floor'))
      await stage.broker.writeCheckpoint('room:1', checkpoint(kept, 'kept'))
      for (const [position, version] of [
        [{ ...head, check: 'other' }, '1'],
        [{ ...head, offset: head.offset + 1 }, '1'],
        [trimmed, '2'],
      ] as const)
        await stage.broker.writeCheckpoint('room:1', checkpoint(position, 'nobody can continue from it', version))
      expect(await stage.broker.readCheckpoint('room:1')).toEqual(checkpoint(kept, 'kept'))
      await stage.other.writeCheckpoint('room:1', checkpoint(head, 'at the head'))
      expect(await stage.broker.readCheckpoint('room:1')).toEqual(checkpoint(head, 'at the head'))
    })

    test('trimming history does not touch it', async () => {
      const bounds = { ...roomy, ttlMs: 1_000 }
      const { position } = await stage.append('room:1', 'a', bounds)
      await stage.broker.writeCheckpoint('room:1', checkpoint(position, 'state'))
      await stage.pass(1_500)
      expect((await stage.other.read('room:1', { limit: 9, bytes: 9 })).publications).toEqual([])
      expect(await stage.other.readCheckpoint('room:1')).toEqual(checkpoint(position, 'state'))
    })

    test('a state may be any JSON value', async () => {
      const { position } = await stage.append('room:1', 'a')
      const state = { list: [null, 1.5, '한글 🎈', { deep: [true] }] }
      await stage.broker.writeCheckpoint('room:1', { position, version: '1', state })
      expect(await stage.other.readCheckpoint('room:1')).toEqual({ position, version: '1', state })
    })

    test('channels do not share it', async () => {
      const { position } = await stage.append('room:1', 'a')
      await stage.append('room:2', 'a')
      await stage.broker.writeCheckpoint('room:1', checkpoint(position, 'state'))
      expect(await stage.broker.readCheckpoint('room:2')).toBeUndefined()
    })
  })
}
