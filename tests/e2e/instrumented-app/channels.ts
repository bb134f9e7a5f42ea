import { channel } from '@baro/core'
import { safeHtml } from '@baro/sanitize'
import * as z from 'zod/mini'

export const counter = channel('counter', {
  events: { add: z.object({ by: z.number() }) },
  state: { initial: () => 0, on: { add: (count: number, { payload }) => count + payload.by } },
})

export const room = channel('room:{id}', {
  params: { id: (id) => id.length <= 20 },
  events: { message: z.object({ text: z.string().check(z.overwrite(safeHtml().clean)) }) },
  state: {
    initial: (): readonly string[] => [],
    on: { message: (list: readonly string[], { payload }) => [...list, payload.text] },
  },
})

export const diary = channel('diary', {
  events: { wrote: z.object({ text: z.string() }) },
  state: { initial: () => '', on: { wrote: (_: string, { payload }) => payload.text } },
})

/** What one user wrote. */
export const notes = channel('notes:{user}', {
  events: { wrote: z.object({ text: z.string() }) },
  state: { initial: () => '', on: { wrote: (_: string, { payload }) => payload.text } },
})
