import type { Delivery } from '@baro/core/broker'
import { describe, expect, test } from 'vitest'
import { createEar, createProbe } from './probe.ts'
import { all, type BrokerSuiteContext, idsOf, roomy, type Stage } from './stage.ts'

/** What holds when the link of a node to what all share is down for a while. */
export function outageDuties(
  stage: Stage,
  outage: (context: BrokerSuiteContext) => Promise<() => Promise<void>>,
): void {
  describe('outage', () => {
    /** Publishes while the link of `other` is down. With one node nothing may come of it, and that is said. */
    async function publishMeanwhile(ids: readonly string[]): Promise<readonly string[]> {
      const kept: string[] = []
      for (const id of ids)
        await stage.append('room:1', id).then(
          () => kept.push(id),
          (error) => expect(error).toMatchObject({ code: 'unavailable' }),
        )
      return kept
    }

    test('I2: who follows is told that deliveries were lost, once the link is back', async () => {
      const [probe, elsewhere] = [createProbe(), createProbe()]
      await stage.other.follow('room:1', probe)
      await stage.other.follow('room:2', elsewhere)
      const mend = await outage(stage.otherContext)
      await publishMeanwhile(['meanwhile'])
      await mend()
      await stage.delivered(() => probe.losses > 0 && elsewhere.losses > 0)
      expect(probe.losses).toBeGreaterThan(0)
      // Nothing happened there, but the node cannot know.
      expect(elsewhere.losses).toBeGreaterThan(0)
    })

    test('I8: who hears is told that messages were lost', async () => {
      const ear = createEar()
      await stage.other.hear(ear)
      const mend = await outage(stage.otherContext)
      await stage.broker.tell({ type: 'meanwhile', payload: null }).catch(() => {})
      await mend()
      await stage.delivered(() => ear.losses > 0)
      expect(ear.losses).toBeGreaterThan(0)
      await stage.broker.tell({ type: 'afterwards', payload: null })
      await stage.delivered(() => ear.messages.some(({ type }) => type === 'afterwards'))
      expect(ear.messages.at(-1)).toEqual({ type: 'afterwards', payload: null })
    })

    test('I2: what was missed is found by reading from where one stood', async () => {
      const { position } = await stage.append('room:1', 'before')
      const mend = await outage(stage.otherContext)
      const kept = await publishMeanwhile(['one', 'two'])
      await mend()
      const view = await stage.other.read('room:1', { ...all, after: position.offset })
      expect(view).toMatchObject({ epoch: position.epoch, from: { check: position.check } })
      // An append that failed may have been kept all the same.
      expect(idsOf(view.publications).filter((id) => kept.includes(id))).toEqual(kept)
    })

    test('I2: nothing is skipped in silence: a delivery that does not follow the one before comes after `lost`', async () => {
      const told: (Delivery | 'lost')[] = []
      await stage.other.follow('room:1', {
        ...createProbe(),
        deliver: (delivery) => void told.push(delivery),
        lost: () => void told.push('lost'),
      })
      await stage.append('room:1', 'before')
      const mend = await outage(stage.otherContext)
      await publishMeanwhile(['meanwhile'])
      await mend()
      await stage.delivered(() => told.includes('lost'))
      await stage.append('room:1', 'after')
      const isThere = () => told.some((one) => one !== 'lost' && one.publications.some(({ id }) => id === 'after'))
      await stage.delivered(isThere)
      expect(isThere()).toBe(true)
      for (const [index, one] of told.entries()) {
        const previous = told[index - 1]
        if (one === 'lost' || previous === 'lost' || previous === undefined) continue
        expect(one.follows).toEqual(previous.position)
      }
    })

    test('calls fail as `unavailable` while it lasts, or are answered', async () => {
      await stage.append('room:1', 'a')
      const mend = await outage(stage.otherContext)
      const answered = await stage.other.read('room:1', all).then(
        ({ publications }) => idsOf(publications),
        (error) => error.code,
      )
      await mend()
      expect(['unavailable', ['a']]).toContainEqual(answered)
      expect(await stage.other.append('room:1', [stage.entry('b')], roomy)).toMatchObject({ outcome: 'appended' })
    })

    test('who has stopped is told nothing when the link is back', async () => {
      const [probe, stays, ear] = [createProbe(), createProbe(), createEar()]
      const ends = [await stage.other.follow('room:1', probe), await stage.other.hear(ear)]
      await stage.other.follow('room:1', stays)
      const mend = await outage(stage.otherContext)
      for (const end of ends) end()
      await mend()
      await stage.delivered(() => stays.losses > 0)
      expect([probe.losses, ear.losses]).toEqual([0, 0])
    })
  })
}
