import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** How busy the machine was in one second. */
export interface Beat {
  readonly offset: number
  /** When it ended, in milliseconds since 1970. */
  readonly time: number
  /** CPU time of all cores together, from 0 to 1. */
  readonly busy: number
}

/** One small publication each second: the strip on the home page. */
export const pulse = channel('pulse', {
  events: { beat: z.object({ busy: z.number() }) },
  state: {
    initial: (): readonly Beat[] => [],
    on: {
      beat: (beats, { offset, time, payload }) => [...beats, { offset, time, busy: payload.busy }].slice(-60),
    },
  },
  // A page further behind than ten minutes gets a fresh snapshot, which is smaller than what it missed.
  history: { size: 600 },
  // A state or a page of 1 has no times.
  version: '2',
})
