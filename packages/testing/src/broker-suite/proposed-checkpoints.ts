import type { Appended, Checkpoint, ProposedCheckpoint } from '@baro/core/broker'
import { type AtPosition, startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { all, deliveryOf, idsFrom, roomy, type Stage } from './stage.ts'

/** How many a node may be wrong before a state could be lost; the tests append more. */
const size = 100

/**
 * States that are offered with an append, and what a channel with a state keeps of its history. Which of those that fit are
 * kept is the broker's to say, so these tests go by what it says, and by what may never happen.
 */
export function proposedCheckpointDuties(stage: Stage): void {
  const propose = async (
    ids: readonly string[],
    checkpoint: ProposedCheckpoint,
    bounds = { ...roomy, size },
  ): Promise<Appended> =>
    stage.broker.append(
      'room:1',
      ids.map((id) => stage.entry(id)),
      bounds,
      { checkpoint },
    )

  const headOf = async (): Promise<AtPosition> => {
    const [head] = await stage.other.heads(['room:1'])
    if (!head) throw new Error('no head')
    return head
  }

  /** What a node offers that stands at the head, and believes that offsets are dense. */
  const guess = (follows: AtPosition, count: number): ProposedCheckpoint => ({
    follows,
    offset: follows.offset + count,
    version: '1',
    state: `after ${follows.offset + count}`,
  })

  const stale = (follows: AtPosition): ProposedCheckpoint => ({ ...guess(follows, 1), offset: Number.MAX_SAFE_INTEGER })

  async function keptCount(): Promise<number> {
    return (await stage.other.read('room:1', all)).publications.length
  }

  describe('proposed checkpoints', () => {
    test('one whose append leads elsewhere than it was folded to is not kept', async () => {
      const { position } = await stage.append('room:1', 'a')
      for (const off of [0, 1, 3]) {
        const head = await headOf()
        const appended = deliveryOf(await propose(['b', 'c'], guess(head, off)))
        if (appended.position.offset !== head.offset + off)
          expect(await stage.other.readCheckpoint('room:1', '1')).toBeUndefined()
      }
      const kept: Checkpoint = { position: await headOf(), version: '1', state: 'kept' }
      await stage.broker.writeCheckpoint('room:1', kept)
      await propose(['d'], stale(await headOf()))
      await propose(['e'], { ...guess(await headOf(), 1), follows: position })
      expect(await stage.other.readCheckpoint('room:1', '1')).toEqual(kept)
    })

    test('I2: one that was folded from elsewhere than the head is not kept: it lacks what came in between', async () => {
      const [first, second] = await stage.appendEach('room:1', ['a', 'b'])
      const { offset } = second.position
      for (const follows of [
        first.position,
        { ...second.position, offset: offset - 1 },
        { ...second.position, offset: offset + 1 },
        { ...second.position, check: 'other' },
        { ...second.position, epoch: `${second.position.epoch}x` },
        startOf(second.position.epoch),
      ]) {
        // An append of nothing leads to where the channel stands, so all that does not fit is where it was folded from.
        const appended = await propose([], { follows, offset, version: '1', state: 'with a hole' })
        expect(appended).toMatchObject({ outcome: 'appended', delivery: { position: second.position } })
        expect(await stage.other.readCheckpoint('room:1', '1')).toBeUndefined()
      }
    })

    test('I2: of nodes that fold from one head at once none is kept but the state of the one that came first', async () => {
      const { position } = await stage.append('room:1', 'before')
      const appended = await Promise.all(
        idsFrom(10).map(async (id, index) => {
          const checkpoint = { ...guess(position, 1), state: id }
          const node = index % 2 ? stage.broker : stage.other
          return deliveryOf(await node.append('room:1', [stage.entry(id)], { ...roomy, size }, { checkpoint }))
        }),
      )
      const first = appended.find(({ follows }) => follows.offset === position.offset)
      const kept = await stage.broker.readCheckpoint('room:1', '1')
      const itsState = { position: first?.position, version: '1', state: first?.publications[0]?.id }
      expect([undefined, itsState]).toContainEqual(kept)
    })

    test('one that fits is the state at the position that the append leads to, if it is kept', async () => {
      await stage.append('room:1', 'before')
      let kept: Checkpoint | undefined
      for (const id of idsFrom(size * 3)) {
        const head = await headOf()
        const checkpoint = guess(head, 1)
        const appended = await propose([id], checkpoint)
        const { position } = deliveryOf(appended)
        const found = await stage.other.readCheckpoint('room:1', '1')
        const fits = position.offset === checkpoint.offset
        if (fits) expect([kept, { position, version: '1', state: checkpoint.state }]).toContainEqual(found)
        else expect(found).toEqual(kept)
        if (fits) expect(appended).toMatchObject({ wantsCheckpoint: false })
        if (appended.outcome === 'appended' && appended.wantsCheckpoint)
          await stage.broker.writeCheckpoint('room:1', { position, version: '1', state: 'written' })
        kept = await stage.other.readCheckpoint('room:1', '1')
        // Whoever opens the channel now can fold on from the state, whoever has died meanwhile.
        const { floor } = await stage.other.read('room:1', { after: 0, limit: 0, bytes: 0 })
        expect(kept?.position.offset ?? 0).toBeGreaterThanOrEqual(floor)
      }
      expect(kept).toBeDefined()
    })

    test('one of nothing new is kept where it is due: a state that others can continue from is never further back', async () => {
      await stage.append('room:1', 'before')
      for (const ids of [idsFrom(size, 'x'), idsFrom(size, 'y'), idsFrom(size, 'z')]) {
        await propose(ids, stale(await headOf()))
        const head = await headOf()
        const appended = await propose([], { follows: head, offset: head.offset, version: '1', state: head.offset })
        expect(appended).toMatchObject({ outcome: 'appended', wantsCheckpoint: false })
        expect(await stage.other.readCheckpoint('room:1', '1')).toEqual({
          position: head,
          version: '1',
          state: head.offset,
        })
      }
    })

    test('one of another version is kept where it is due', async () => {
      await stage.append('room:1', 'before')
      await stage.broker.writeCheckpoint('room:1', { position: await headOf(), version: '1', state: 'old' })
      await propose(idsFrom(size), stale(await headOf()))
      const position = await headOf()
      await propose([], { follows: position, offset: position.offset, version: '2', state: 'new' })
      expect(await stage.other.readCheckpoint('room:1', '2')).toEqual({ position, version: '2', state: 'new' })
    })

    test('an append that keeps history only for want of a state says that it wants one', async () => {
      const { position } = await stage.append('room:1', 'before')
      await stage.broker.writeCheckpoint('room:1', { position, version: '1', state: 'old' })
      for (const ids of [idsFrom(size, 'x'), idsFrom(size / 2, 'y')]) {
        const appended = await propose(ids, stale(position))
        if ((await keptCount()) > size) expect(appended).toMatchObject({ wantsCheckpoint: true })
      }
      expect(await keptCount()).toBe(size * 1.5)
    })

    test('an append that offers none wants none', async () => {
      const appended = await stage.broker.append('room:1', [stage.entry('a')], roomy)
      expect(appended).toMatchObject({ outcome: 'appended', wantsCheckpoint: false })
    })
  })

  describe('history of a channel with a state', () => {
    const bounds = { size, ttlMs: 1_000, bytes: 1 << 20 }

    test('I2: behind the newest checkpoint it is kept whatever its age, and trimmed once there is a newer one', async () => {
      const { position } = await stage.append('room:1', 'before', bounds)
      await stage.broker.writeCheckpoint('room:1', { position, version: '1', state: 'old' })
      await stage.pass(600)
      await stage.appendAll('room:1', idsFrom(size * 1.5), bounds)
      await stage.pass(600)
      const view = await stage.other.read('room:1', { ...all, after: position.offset })
      expect(view.publications).toHaveLength(size * 1.5)
      await stage.pass(1_200)
      expect((await stage.other.read('room:1', { ...all, after: position.offset })).publications).toEqual(
        view.publications,
      )
      const head = await headOf()
      await stage.broker.writeCheckpoint('room:1', { position: head, version: '1', state: 'new' })
      await stage.append('room:1', 'after', bounds)
      expect(await stage.other.read('room:1', all)).toMatchObject({
        floor: head.offset,
        publications: [{ id: 'after' }],
      })
    })

    test('I2: before a state was ever kept it is kept from the beginning, if one was offered', async () => {
      const follows = startOf((await stage.broker.read('room:1', all)).epoch)
      await propose(idsFrom(size * 1.5), stale(follows))
      expect(await stage.other.read('room:1', all)).toMatchObject({ floor: 0, from: { offset: 0 } })
      expect(await keptCount()).toBe(size * 1.5)
    })

    test('I7: it is trimmed to the bounds by what is appended after a newer checkpoint', async () => {
      const roomyInTime = { ...bounds, ttlMs: 60_000 }
      const { position } = await stage.append('room:1', 'before', roomyInTime)
      await stage.broker.writeCheckpoint('room:1', { position, version: '1', state: 'old' })
      const { position: head } = await stage.appendAll('room:1', idsFrom(size * 1.5), roomyInTime)
      expect(await keptCount()).toBeGreaterThanOrEqual(size * 1.5)
      await stage.broker.writeCheckpoint('room:1', { position: head, version: '1', state: 'new' })
      await stage.append('room:1', 'after', roomyInTime)
      expect(await keptCount()).toBe(size)
    })

    test('I7: no more than twice the bounds are kept, in number and in bytes, whoever forgets to write one', async () => {
      const { position } = await stage.append('room:1', 'before', bounds)
      await stage.broker.writeCheckpoint('room:1', { position, version: '1', state: 'old' })
      for (const part of ['a', 'b', 'c', 'd', 'e']) {
        await stage.appendAll('room:1', idsFrom(size / 2, part), bounds)
        expect(await keptCount()).toBeLessThanOrEqual(2 * size)
      }
      expect(await keptCount()).toBeGreaterThanOrEqual(size)
      const payload = 'x'.repeat(8_190)
      const inBytes = { ...bounds, bytes: 16 * 8_192 }
      for (let count = 1; count <= 40; count++) {
        await stage.append('room:2', `id-${count}`, inBytes, payload)
        if (count === 1) {
          const [first] = await stage.other.heads(['room:2'])
          if (first) await stage.broker.writeCheckpoint('room:2', { position: first, version: '1', state: 'old' })
        }
        const kept = (await stage.other.read('room:2', all)).publications.length
        expect(kept).toBeGreaterThanOrEqual(Math.min(count - 1, 16))
        expect(kept).toBeLessThanOrEqual(32)
        if (count === 30) expect(kept).toBeGreaterThanOrEqual(29)
      }
    })

    test('I7: a channel without a state is trimmed to its bounds at once', async () => {
      await stage.appendAll('room:1', idsFrom(size * 1.5), bounds)
      expect(await keptCount()).toBe(size)
    })
  })
}
