import { channel } from '@baro/core'
import { z } from 'zod'

/** The last notes that somebody has left. */
export const notes = channel('notes', {
  events: { note: z.object({ text: z.string().min(1).max(200) }) },
  state: { initial: (): string[] => [], on: { note: (list, { payload }) => [...list, payload.text].slice(-20) } },
})
