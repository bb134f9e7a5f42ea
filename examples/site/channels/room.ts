import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** A message as the page shows it. */
export interface Message {
  readonly id: string
  readonly name: string
  readonly text: string
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
}

const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(24))

export const room = channel('room:{id}', {
  events: {
    message: z.object({ name, text: z.string().check(z.trim(), z.minLength(1), z.maxLength(2_000)) }),
  },
  signals: { typing: z.object({ name }) },
  state: {
    initial: (): readonly Message[] => [],
    on: {
      message: (list, { id, time, payload }) => [...list, { id, time, ...payload }].slice(-100),
    },
  },
})
