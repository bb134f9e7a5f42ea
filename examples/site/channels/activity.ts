import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** A message in one of the rooms, as the home page shows it. */
export interface Remark {
  readonly id: string
  readonly room: string
  readonly name: string
  readonly text: string
  readonly time: number
}

/** What goes on at this site right now. */
export interface Activity {
  /** Open connections. */
  readonly visitors: number
  readonly remarks: readonly Remark[]
}

export const activity = channel('activity', {
  events: {
    visitors: z.object({ count: z.number() }),
    remark: z.object({ room: z.string(), name: z.string(), text: z.string() }),
  },
  state: {
    initial: (): Activity => ({ visitors: 0, remarks: [] }),
    on: {
      visitors: (state, { payload }) => ({ ...state, visitors: payload.count }),
      remark: (state, { id, time, payload }) => ({
        ...state,
        remarks: [...state.remarks, { id, time, ...payload }].slice(-6),
      }),
    },
  },
})
