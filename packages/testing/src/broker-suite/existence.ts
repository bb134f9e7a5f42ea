import { startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { terms } from './claim-keys.ts'
import { createProbe } from './probe.ts'
import { all, roomy, type Stage } from './stage.ts'

/** When a channel begins, and under which epoch. */
export function existenceDuties(stage: Stage): void {
  describe('existence and epochs', () => {
    test('I4: reading never creates a channel: however many are read, they stand at one absent epoch, offset 0', async () => {
      const start = { offset: 0, check: '' }
      const views = [
        await stage.broker.read('room:1', all),
        await stage.other.read('room:2', { limit: 1, bytes: 1 }),
        await stage.other.read('room:3', { until: 5, limit: 1, bytes: 1 }),
      ]
      const { epoch } = await stage.broker.read('room:4', all)
      for (const view of views)
        expect(view).toEqual({ epoch, head: start, floor: 0, from: start, publications: [], upTo: start })
      expect(await stage.broker.read('room:1', { ...all, after: 1 })).toEqual({
        epoch,
        head: start,
        floor: 0,
        publications: [],
        upTo: start,
      })
    })

    test('I4: the first append creates the record under exactly the epoch that readers were told', async () => {
      const { epoch } = await stage.other.read('room:1', all)
      const { follows, position } = await stage.append('room:1', 'a')
      expect(follows).toEqual(startOf(epoch))
      expect(position.epoch).toBe(epoch)
    })

    test('I4: neither following a channel nor a claim in it creates it', async () => {
      const { broker, other } = stage
      const key = { scope: 'user-1', id: 'a' }
      const { epoch } = await broker.read('room:1', all)
      const end = await broker.follow('room:1', createProbe())
      await broker.claim('room:1', key, { ...terms, windowMs: 10_000 })
      await broker.settle('room:1', key, { position: null })
      await broker.writeCheckpoint('room:1', { position: startOf(epoch), version: '1', state: 'of nothing' })
      expect(
        await broker.redact(
          'room:1',
          { offset: 1, check: 'b' },
          { type: 'gone', payload: null },
          stage.entry('b'),
          roomy,
        ),
      ).toBeUndefined()
      expect(await other.read('room:1', all)).toMatchObject({ epoch, head: { offset: 0 }, publications: [] })
      end()
      expect((await stage.append('room:1', 'a')).follows).toEqual(startOf(epoch))
    })

    test('I4: the epoch is fit for a position', async () => {
      expect((await stage.broker.read('room:1', all)).epoch).toMatch(/^[A-Za-z0-9_~-]{1,64}$/)
    })

    test('I4: the epoch of a channel stays, whatever happens in others', async () => {
      const { position } = await stage.append('room:1', 'a')
      await stage.appendEach('room:2', ['b', 'c'])
      expect((await stage.append('room:1', 'd')).position.epoch).toBe(position.epoch)
    })
  })
}
