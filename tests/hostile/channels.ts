import { channel } from '@baro/core'
import { z } from 'zod'

const said = z.object({ from: z.string().max(20), n: z.number(), text: z.string().max(500).optional() })

/** A public room, where the honest speak and the attacker may. It has everything that somebody can ask of a channel. */
export const room = channel('room:{id}', {
  events: { said },
  signals: { typing: z.object({}), cursor: z.object({ x: z.number() }) },
  requests: { echo: { input: z.string(), output: z.string() } },
  members: { state: z.object({ name: z.string().max(40) }) },
  state: {
    initial: (): z.infer<typeof said>[] => [],
    on: { said: (list, { payload }) => [...list, payload].slice(-100) },
  },
})

/** A room with a rule: only users come in. */
export const desk = channel('desk:{id}', {
  events: { said },
  state: { initial: () => 0, on: { said: (count: number) => count + 1 } },
})

/** A public pattern that takes long payloads, where a name costs a stranger nothing. */
export const shelf = channel('shelf:{id}', { events: { put: z.string().max(60_000) } })

/** The origin that the hub lets in besides its own. */
export const origin = 'https://shop.example'
