import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** The kinds of clients that meet in the room, in the order of the page. */
export const kinds = ['sdk', 'socket.io', 'supabase', 'event-source', 'websocket'] as const

/** One of the five. */
export type Kind = (typeof kinds)[number]

/** What each client shows of a message. */
export interface CompatMessage {
  /** The id of its publication. */
  readonly id: string
  readonly from: Kind
  readonly text: string
}

/** How many messages a page begins with. */
export const keptMessages = 50

/** One room for five kinds of clients. */
export const compat = channel('compat', {
  events: {
    message: z.object({
      // The handler writes it: an event of Socket.IO has a payload, and no id beside it.
      id: z.optional(z.string()),
      from: z.enum(kinds),
      text: z.string().check(z.trim(), z.minLength(1), z.maxLength(500)),
    }),
  },
  state: {
    initial: (): readonly CompatMessage[] => [],
    on: { message: (list, { id, payload }) => [...list, { ...payload, id }].slice(-keptMessages) },
  },
  history: { bytes: 1 << 20 },
})
