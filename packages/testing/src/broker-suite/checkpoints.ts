import type { Checkpoint } from '@baro/core/broker'
import type { AtPosition } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { all, idsFrom, roomy, type Stage } from './stage.ts'

/** States that are written after the append. */
export function checkpointDuties(stage: Stage): void {
  describe('checkpoints', () => {
    const checkpoint = (position: AtPosition, state: string, version = '1'): Checkpoint => ({
      position,
      version,
      state,
    })

    test('there is none before one is written', async () => {
      expect(await stage.broker.readCheckpoint('room:1', '1')).toBeUndefined()
      await stage.append('room:1', 'a')
      expect(await stage.broker.readCheckpoint('room:1', '1')).toBeUndefined()
    })

    test('the newer stays, whichever comes last', async () => {
      const [first, second] = await stage.appendEach('room:1', ['a', 'b'])
      const [older, newer] = [checkpoint(first.position, 'older'), checkpoint(second.position, 'newer')]
      await stage.broker.writeCheckpoint('room:1', older)
      expect(await stage.other.readCheckpoint('room:1', '1')).toEqual(older)
      await stage.broker.writeCheckpoint('room:1', newer)
      await stage.other.writeCheckpoint('room:1', older)
      expect(await stage.broker.readCheckpoint('room:1', '1')).toEqual(newer)
    })

    test('at one position the first stays, unless the version is another', async () => {
      const { position } = await stage.append('room:1', 'a')
      await stage.broker.writeCheckpoint('room:1', checkpoint(position, 'first'))
      await stage.other.writeCheckpoint('room:1', checkpoint(position, 'second'))
      expect(await stage.broker.readCheckpoint('room:1', '1')).toEqual(checkpoint(position, 'first'))
    })

    test('that of another version is kept, older or not, and found by its version alone', async () => {
      const [first, second] = await stage.appendEach('room:1', ['a', 'b'])
      await stage.broker.writeCheckpoint('room:1', checkpoint(second.position, 'version 1'))
      expect(await stage.other.readCheckpoint('room:1', '2')).toBeUndefined()
      await stage.broker.writeCheckpoint('room:1', checkpoint(first.position, 'version 2', '2'))
      expect(await stage.other.readCheckpoint('room:1', '2')).toEqual(checkpoint(first.position, 'version 2', '2'))
      expect(await stage.other.readCheckpoint('room:1', '3')).toBeUndefined()
    })

    test('I4: one of another epoch is not kept', async () => {
      const { position } = await stage.append('room:1', 'a')
      await stage.broker.writeCheckpoint('room:1', checkpoint({ ...position, epoch: `${position.epoch}x` }, 'foreign'))
      expect(await stage.broker.readCheckpoint('room:1', '1')).toBeUndefined()
    })

    test('I4: one whose position is not on the history is not kept: rewritten, beyond the head, or trimmed', async () => {
      const bounds = { ...roomy, size: 2 }
      const made = await stage.appendEach('room:1', ['a', 'b', 'c', 'd'], bounds)
      const [trimmed, floor, kept, head] = made.map(({ position }) => position)
      if (!trimmed || !floor || !kept || !head) throw new Error('nothing was appended')
      await stage.broker.writeCheckpoint('room:1', checkpoint(floor, 'at the floor'))
      expect(await stage.broker.readCheckpoint('room:1', '1')).toEqual(checkpoint(floor, 'at the floor'))
      await stage.broker.writeCheckpoint('room:1', checkpoint(kept, 'kept'))
      for (const [position, version] of [
        [{ ...head, check: 'other' }, '1'],
        [{ ...head, offset: head.offset + 1 }, '1'],
        [trimmed, '2'],
      ] as const)
        await stage.broker.writeCheckpoint('room:1', checkpoint(position, 'nobody can continue from it', version))
      expect(await stage.broker.readCheckpoint('room:1', '1')).toEqual(checkpoint(kept, 'kept'))
      await stage.other.writeCheckpoint('room:1', checkpoint(head, 'at the head'))
      expect(await stage.broker.readCheckpoint('room:1', '1')).toEqual(checkpoint(head, 'at the head'))
    })

    test('trimming history does not touch it', async () => {
      const bounds = { ...roomy, ttlMs: 1_000 }
      const { position } = await stage.append('room:1', 'a', bounds)
      await stage.broker.writeCheckpoint('room:1', checkpoint(position, 'state'))
      await stage.pass(1_500)
      expect((await stage.other.read('room:1', { limit: 9, bytes: 9 })).publications).toEqual([])
      expect(await stage.other.readCheckpoint('room:1', '1')).toEqual(checkpoint(position, 'state'))
    })

    test('a state may be any JSON value', async () => {
      const { position } = await stage.append('room:1', 'a')
      const state = { list: [null, 1.5, '한글 🎈', { deep: [true] }] }
      await stage.broker.writeCheckpoint('room:1', { position, version: '1', state })
      expect(await stage.other.readCheckpoint('room:1', '1')).toEqual({ position, version: '1', state })
    })

    test('channels do not share it', async () => {
      const { position } = await stage.append('room:1', 'a')
      await stage.append('room:2', 'a')
      await stage.broker.writeCheckpoint('room:1', checkpoint(position, 'state'))
      expect(await stage.broker.readCheckpoint('room:2', '1')).toBeUndefined()
    })
  })
}

const hourMs = 3_600_000

/** States of two versions, while nodes of both write: a rolling deploy. Not for a broker of one process. */
export function twoVersionDuties(stage: Stage): void {
  describe('checkpoints of two versions', () => {
    const bounds = { size: 100, ttlMs: 1_000, bytes: 1 << 20 }
    const write = (position: AtPosition, version: string, state = `of ${version}`) =>
      stage.broker.writeCheckpoint('room:1', { position, version, state })
    const read = (version: string) => stage.other.readCheckpoint('room:1', version)

    test('each is the newest of its version, however they take turns', async () => {
      const made = await stage.appendEach('room:1', ['a', 'b', 'c', 'd'])
      const positions = made.map(({ position }) => position)
      const versions = ['1', '2', '1', '2'] as const
      for (const [index, position] of positions.entries()) await write(position, versions[index] ?? '')
      const [older, , newer, newest] = positions
      if (!older || !newer || !newest) throw new Error('nothing was appended')
      await write(older, '1', 'late')
      expect(await read('1')).toEqual({ position: newer, version: '1', state: 'of 1' })
      expect(await read('2')).toEqual({ position: newest, version: '2', state: 'of 2' })
    })

    test('a third version takes the place of the one that was written longest ago', async () => {
      const { position } = await stage.append('room:1', 'a')
      for (const version of ['1', '2', '3']) await write(position, version)
      expect(await read('1')).toBeUndefined()
      for (const version of ['2', '3'])
        expect(await read(version)).toEqual({ position, version, state: `of ${version}` })
    })

    test('one that is offered with an append is due by what its own version kept', async () => {
      const { position } = await stage.append('room:1', 'before')
      await write(position, '1')
      await write(position, '2')
      const checkpoint = { follows: position, offset: position.offset, version: '1', state: 'offered' }
      await stage.broker.append('room:1', [], roomy, { checkpoint })
      // Nothing came since, so whichever is kept stands there.
      for (const version of ['1', '2']) expect((await read(version))?.position).toEqual(position)
    })

    test('I2: history is kept from the older one on, whatever its age, for an hour', async () => {
      const { position } = await stage.append('room:1', 'before', bounds)
      await write(position, '1')
      await stage.appendAll('room:1', idsFrom(20), bounds)
      const [head] = await stage.other.heads(['room:1'])
      if (!head) throw new Error('no head')
      await write(head, '2')
      await stage.pass(hourMs - 1_000)
      expect(await read('1')).toEqual({ position, version: '1', state: 'of 1' })
      const view = await stage.other.read('room:1', { ...all, after: position.offset })
      expect(view.publications.map(({ id }) => id)).toEqual(idsFrom(20))
      await stage.pass(1_000)
      expect(await stage.other.read('room:1', all)).toMatchObject({ floor: head.offset, publications: [] })
      expect(await read('2')).toEqual({ position: head, version: '2', state: 'of 2' })
      expect(await read('1')).toBeUndefined()
    })

    test('I7: one that history leads on from no more is not kept, and keeps no history', async () => {
      const { position } = await stage.append('room:1', 'before', bounds)
      await write(position, '1')
      for (const part of ['a', 'b', 'c', 'd', 'e']) {
        const { position: head } = await stage.appendAll('room:1', idsFrom(50, part), bounds)
        await write(head, '2')
      }
      await stage.append('room:1', 'after', bounds)
      expect((await stage.other.read('room:1', all)).publications.length).toBeLessThanOrEqual(100)
      expect(await read('1')).toBeUndefined()
    })

    test('what is taken back is in neither: the other goes at once, and one from before it takes no place beside another', async () => {
      const [first, second] = await stage.appendEach('room:1', ['secret', 'b'])
      await write(first.position, '1', 'secret')
      await write(second.position, '2', 'secret')
      const { offset, check } = first.position
      const tombstone = { type: 'baro:redacted', payload: {} }
      await stage.broker.redact('room:1', { offset, check }, tombstone, stage.entry('notice'), roomy)
      expect(await read('1')).toBeUndefined()
      const [head] = await stage.other.heads(['room:1'])
      if (!head) throw new Error('no head')
      await write(head, '1', 'clean')
      expect(await read('1')).toMatchObject({ state: 'clean' })
      expect(await read('2')).toBeUndefined()
      await write(head, '2', 'clean too')
      expect(await read('1')).toMatchObject({ state: 'clean' })
    })
  })
}
