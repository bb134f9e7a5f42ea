import { channel } from '@baro/core'
import { z } from 'zod'

interface Said {
  readonly by: string | undefined
  readonly text: string
}

const newest = 50

/** A chat as applications have them: a schema, a state, who is here, who is typing. */
export const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string().max(2_000) }) },
  signals: { typing: z.object({}) },
  members: { state: z.object({ name: z.string() }) },
  state: {
    initial: (): readonly Said[] => [],
    on: { message: (list, { payload, by }) => [...list, { by, text: payload.text }].slice(-newest) },
  },
  history: { size: 1_000, ttl: '2h' },
})

/** Who signs the tokens, and who believes them. */
export const secret = 'a secret of the mix, 32 bytes or more'

const [smallest, largest] = [2, 50]

/**
 * How many people are in each room: most have few. By a law of powers the mean is about five, and one room in two hundred is full.
 *
 * @param chance Numbers from 0 to 1.
 */
export function sizesOf(rooms: number, chance: () => number): readonly number[] {
  return Array.from({ length: rooms }, () => Math.min(largest, Math.floor(smallest / (1 - chance()) ** 0.6)))
}
