import type { Signal } from '@baro/core'
import type { Delivery } from '@baro/core/broker'
import { positionAfter, startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createProbe } from './probe.ts'
import { all, idsFrom, idsOf, type Stage } from './stage.ts'

/** What followers of a channel are told. */
export function followDuties(stage: Stage): void {
  describe('follow', () => {
    test('I2: every append after it resolved is delivered, in order, each following the one before', async () => {
      const probe = createProbe()
      await stage.other.follow('room:1', probe)
      const made = await stage.appendEach('room:1', ['a', 'b', 'c'])
      await stage.delivered(() => probe.deliveries.length === 3)
      expect(probe.deliveries).toEqual(made)
      expect(probe.losses).toBe(0)
    })

    test('I2: what was appended before is not delivered', async () => {
      await stage.append('room:1', 'a')
      const probe = createProbe()
      await stage.broker.follow('room:1', probe)
      await stage.append('room:1', 'b')
      await stage.delivered(() => probe.deliveries.length > 0)
      expect(idsOf(probe.publications)).toEqual(['b'])
    })

    test('followers of one channel all get it, those of others do not', async () => {
      const [one, two, elsewhere] = [createProbe(), createProbe(), createProbe()]
      await stage.broker.follow('room:1', one)
      await stage.other.follow('room:1', two)
      await stage.broker.follow('room:2', elsewhere)
      await stage.append('room:1', 'a')
      await stage.delivered(() => one.deliveries.length + two.deliveries.length === 2)
      expect([one, two, elsewhere].map(({ deliveries }) => deliveries.length)).toEqual([1, 1, 0])
    })

    test('one follower may follow twice, and stops once for each', async () => {
      const probe = createProbe()
      const end = await stage.broker.follow('room:1', probe)
      await stage.broker.follow('room:1', probe)
      await stage.append('room:1', 'a')
      await stage.delivered(() => probe.deliveries.length === 2)
      end()
      await stage.append('room:1', 'b')
      await stage.delivered(() => probe.deliveries.length === 3)
      expect(idsOf(probe.publications)).toEqual(['a', 'a', 'b'])
    })

    test('who has stopped is told nothing more, and stopping twice does nothing', async () => {
      const [gone, stays] = [createProbe(), createProbe()]
      const end = await stage.broker.follow('room:1', gone)
      await stage.broker.follow('room:1', stays)
      end()
      end()
      await stage.append('room:1', 'a')
      await stage.broker.signal({ channel: 'room:1', type: 'typing', payload: null })
      await stage.delivered(() => stays.deliveries.length === 1 && stays.signals.length === 1)
      expect([gone.deliveries, gone.signals, gone.losses]).toEqual([[], [], 0])
      expect(stays.deliveries).toHaveLength(1)
    })

    test('a follower that throws does not hurt the others, nor the append', async () => {
      const stays = createProbe()
      const broken = (): never => {
        throw new Error('broken follower')
      }
      await stage.broker.follow('room:1', { deliver: broken, signal: broken, lost: broken })
      await stage.broker.follow('room:1', stays)
      expect(idsOf((await stage.append('room:1', 'a')).publications)).toEqual(['a'])
      await stage.broker.signal({ channel: 'room:1', type: 'typing', payload: null })
      await stage.delivered(() => stays.deliveries.length === 1 && stays.signals.length === 1)
      expect([stays.deliveries.length, stays.signals.length]).toEqual([1, 1])
    })

    test('I1: a follower that appends in its turn does not make others see the second before the first', async () => {
      const probe = createProbe()
      const answers: Promise<Delivery>[] = []
      await stage.broker.follow('room:1', {
        ...createProbe(),
        deliver: ({ publications }) => {
          if (publications[0]?.id === 'question') answers.push(stage.append('room:1', 'answer'))
        },
      })
      await stage.broker.follow('room:1', probe)
      await stage.append('room:1', 'question')
      await stage.delivered(() => answers.length > 0)
      await Promise.all(answers)
      await stage.delivered(() => probe.deliveries.length === 2)
      expect(idsOf(probe.publications)).toEqual(['question', 'answer'])
    })

    test('who is stopped within a delivery to somebody else is told nothing from then on', async () => {
      let stopped = false
      let toldAfterwards = 0
      let end = () => {}
      await stage.broker.follow('room:1', {
        ...createProbe(),
        deliver: () => {
          end()
          stopped = true
        },
      })
      end = await stage.broker.follow('room:1', {
        ...createProbe(),
        deliver: () => void (stopped && toldAfterwards++),
      })
      await stage.appendEach('room:1', ['a', 'b'])
      await stage.delivered(() => stopped)
      expect([stopped, toldAfterwards]).toEqual([true, 0])
    })

    test('I2: follow first, then read, then join by position: nothing is missed while others append', async () => {
      const probe = createProbe()
      const ids = idsFrom(60)
      const appends = stage.appendEach('room:1', ids)
      await Promise.resolve()
      await stage.other.follow('room:1', probe)
      const view = await stage.other.read('room:1', all)
      await appends
      await stage.delivered(() => probe.publications.at(-1)?.id === ids.at(-1))
      const joined = [...idsOf(view.publications)]
      let position = { ...startOf(view.epoch), ...view.upTo }
      for (const { follows, publications, position: to } of probe.deliveries) {
        if (to.offset <= position.offset) continue
        expect(follows).toEqual(position)
        joined.push(...idsOf(publications))
        position = publications.reduce((_, publication) => positionAfter(view.epoch, publication), position)
        expect(to).toEqual(position)
      }
      expect(joined).toEqual(ids)
    })
  })

  describe('signal', () => {
    test('reaches those who follow now and is kept nowhere', async () => {
      const probe = createProbe()
      await stage.other.follow('room:1', probe)
      const signal: Signal = { channel: 'room:1', type: 'typing', payload: { on: true }, by: 'user-1' }
      await stage.broker.signal(signal)
      await stage.broker.signal({ channel: 'room:2', type: 'typing', payload: null })
      await stage.delivered(() => probe.signals.length === 1)
      expect(probe.signals).toEqual([signal])
      expect(await stage.broker.read('room:1', all)).toMatchObject({ head: { offset: 0 }, publications: [] })
      const late = createProbe()
      await stage.broker.follow('room:1', late)
      expect(late.signals).toEqual([])
    })
  })
}
