import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** A message in one of the rooms, as the home page shows it: its text, or what came instead of one. */
export type Remark = {
  readonly id: string
  readonly room: string
  readonly name?: string | undefined
  /** Who speaks, as the server knows. */
  readonly by?: string | undefined
  readonly time: number
} & ({ readonly text: string } | { readonly attached: 'picture' | 'voice' })

/** What goes on at this site right now. */
export interface Activity {
  /** Open connections. */
  readonly visitors: number
  readonly remarks: readonly Remark[]
}

const speaker = { room: z.string(), name: z.optional(z.string()), by: z.optional(z.string()) }

export const activity = channel('activity', {
  moderated: true,
  events: {
    visitors: z.object({ count: z.number() }),
    remark: z.object({ ...speaker, text: z.string() }),
    attachment: z.object({ ...speaker, attached: z.enum(['picture', 'voice']) }),
  },
  state: {
    initial: (): Activity => ({ visitors: 0, remarks: [] }),
    on: {
      visitors: (state, { payload }) => ({ ...state, visitors: payload.count }),
      remark: (state, { id, time, payload }) => withNewest(state, { id, time, ...payload }),
      attachment: (state, { id, time, payload }) => withNewest(state, { id, time, ...payload }),
    },
    redact: (state, { id }) => ({ ...state, remarks: state.remarks.filter((remark) => remark.id !== id) }),
  },
})

function withNewest(state: Activity, remark: Remark): Activity {
  return { ...state, remarks: [...state.remarks, remark].slice(-6) }
}
