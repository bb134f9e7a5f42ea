import { channel } from '@baro/core'
import { z } from 'zod'

/** The last notes that somebody has left. */
export const notes = channel('notes', {
  events: { note: z.object({ text: z.string().min(1).max(200) }) },
  state: {
    initial: (): { id: string; text: string }[] => [],
    on: { note: (list, { id, payload }) => [...list, { id, ...payload }].slice(-20) },
  },
})
