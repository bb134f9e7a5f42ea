import { describe, expect, test } from 'vitest'
import { createEar } from './probe.ts'
import type { Stage } from './stage.ts'

/** What nodes tell each other. */
export function nodeDuties(stage: Stage): void {
  describe('tell and hear', () => {
    const message = { type: 'revoke', payload: { user: 'user-1', bytes: [1, 2] } }

    test('I8: what one node tells is heard by all, itself included, in order', async () => {
      const [here, there] = [createEar(), createEar()]
      await stage.broker.hear(here)
      await stage.other.hear(there)
      await stage.broker.tell(message)
      await stage.other.tell({ type: 'second', payload: null })
      await stage.delivered(() => here.messages.length === 2 && there.messages.length === 2)
      for (const { messages, losses } of [here, there]) {
        expect(messages).toEqual([message, { type: 'second', payload: null }])
        expect(losses).toBe(0)
      }
    })

    test('it is kept nowhere: who hears later does not hear what was told before', async () => {
      const [early, late] = [createEar(), createEar()]
      await stage.other.hear(early)
      await stage.broker.tell(message)
      await stage.delivered(() => early.messages.length === 1)
      await stage.other.hear(late)
      await stage.broker.tell({ type: 'second', payload: null })
      await stage.delivered(() => late.messages.length === 1)
      expect(late.messages).toEqual([{ type: 'second', payload: null }])
    })

    test('who has stopped hears nothing more, and stopping twice does nothing', async () => {
      const [gone, stays] = [createEar(), createEar()]
      const end = await stage.other.hear(gone)
      await stage.other.hear(stays)
      end()
      end()
      await stage.broker.tell(message)
      await stage.delivered(() => stays.messages.length === 1)
      expect([gone.messages, stays.messages]).toEqual([[], [message]])
    })

    test('one listener may hear twice, and stops once for each', async () => {
      const ear = createEar()
      const end = await stage.other.hear(ear)
      await stage.other.hear(ear)
      await stage.broker.tell(message)
      await stage.delivered(() => ear.messages.length === 2)
      end()
      await stage.broker.tell(message)
      await stage.delivered(() => ear.messages.length === 3)
      expect(ear.messages).toHaveLength(3)
    })

    test('a listener that throws does not hurt the others, nor who told', async () => {
      const stays = createEar()
      await stage.broker.hear({
        ...createEar(),
        heard: () => {
          throw new Error('broken listener')
        },
      })
      await stage.broker.hear(stays)
      await stage.broker.tell(message)
      await stage.delivered(() => stays.messages.length === 1)
      expect(stays.messages).toEqual([message])
    })

    test('who is stopped while another one hears is told nothing from then on', async () => {
      let stopped = false
      let heardAfterwards = 0
      let end = () => {}
      await stage.broker.hear({
        ...createEar(),
        heard: () => {
          end()
          stopped = true
        },
      })
      end = await stage.broker.hear({ ...createEar(), heard: () => void (stopped && heardAfterwards++) })
      await stage.broker.tell(message)
      await stage.broker.tell(message)
      await stage.delivered(() => stopped)
      expect([stopped, heardAfterwards]).toEqual([true, 0])
    })
  })
}
