import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** The rates a visitor may choose, in publications a second. */
export const rates = [0.5, 1, 2, 5, 10] as const

/** One stream for four transports to race on; the server publishes while somebody follows. */
export const race = channel('race', {
  events: {
    /** Somebody chose another rate. */
    rate: z.object({ perSecond: z.literal(rates) }),
    tick: z.object({ uptimeMs: z.number() }),
  },
  state: {
    initial: (): { readonly perSecond: (typeof rates)[number] } => ({ perSecond: 2 }),
    on: { rate: (_, { payload }) => payload },
  },
})
