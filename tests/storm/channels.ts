import { channel } from '@baro/core'
import { z } from 'zod'

const newest = 20

/** What everybody says, as a page keeps it: how much there is, the last of each, and the newest. */
export interface Said {
  readonly count: number
  readonly last: Readonly<Record<string, number>>
  readonly newest: readonly string[]
}

/** The room of the storm. It forgets nothing, so nobody may ever be reset after the first answer. */
export const room = channel('room:{id}', {
  events: { said: z.object({ by: z.string(), n: z.number().int() }) },
  members: { state: z.object({ rung: z.string() }) },
  history: { size: 1_000_000, bytes: 512 << 20 },
  state: {
    initial: (): Said => ({ count: 0, last: {}, newest: [] }),
    on: {
      said: ({ count, last, newest: before }, { payload: { by, n } }) => ({
        count: count + 1,
        last: { ...last, [by]: n },
        newest: [...before, `${by} ${n}`].slice(-newest),
      }),
    },
  },
})

/** The room that everybody is in. */
export const everybody = room({ id: 'storm' })
