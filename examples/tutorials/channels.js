import { channel } from '@baro/core'
import { z } from 'zod'

const newest = 50

/** For code that sends and shows plain text. */
export const lobby = channel('lobby', {
  text: 'message',
  events: { message: z.string().min(1).max(500) },
  state: { initial: () => [], on: { message: (texts, { payload }) => [...texts, payload].slice(-newest) } },
})

/** For code that sends and shows `{ text }`. */
export const chat = channel('chat', {
  events: { message: z.object({ text: z.string().min(1).max(500) }) },
  state: { initial: () => [], on: { message: (list, { payload }) => [...list, payload].slice(-newest) } },
})

/** As the chat, for those who have a token. */
export const members = channel('members', {
  events: { message: z.object({ text: z.string().min(1).max(500) }) },
  state: { initial: () => [], on: { message: (list, { payload }) => [...list, payload].slice(-newest) } },
})

/** A room of a chat, in which everything is called `room message`. */
export const room = channel('room:{id}', { events: { 'room message': z.string().min(1).max(500) } })

/** Data that changes: one price for each symbol. */
export const prices = channel('prices', {
  events: { changed: z.object({ symbol: z.string(), price: z.number() }) },
  state: {
    initial: () => [],
    on: {
      changed: (list, { payload }) => [...list.filter(({ symbol }) => symbol !== payload.symbol), payload],
    },
  },
})

/** Where the pointers of others are, for the moment. */
export const cursors = channel('cursors', { signals: { 'cursor-pos': z.object({ x: z.number(), y: z.number() }) } })

/** A room that shows who is there. */
export const lounge = channel('lounge', {
  members: { state: z.object({ user: z.string().max(80), online_at: z.string().max(40) }) },
})
