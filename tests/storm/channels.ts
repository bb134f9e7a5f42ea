import { channel } from '@baro/core'
import { table } from '@baro/postgres/table'
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

/** Numbers, one after the other, which anybody may read: a page shows the last one. */
export const counter = channel('counter:{id}', {
  events: { counted: z.object({ n: z.number().int() }) },
  history: { size: 1_000_000, bytes: 512 << 20 },
  state: {
    initial: () => ({ count: 0, last: 0 }),
    on: { counted: ({ count }, { payload: { n } }) => ({ count: count + 1, last: n }) },
  },
})

/** Rows that a program changes by SQL. */
export const stock = table('public.stock', {
  key: ['id'],
  columns: { id: 'integer', shelf: 'text', n: 'integer' },
  filters: ['shelf'],
})
