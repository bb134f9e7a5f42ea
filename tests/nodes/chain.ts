import { channel } from '@baro/core'
import { z } from 'zod'

/** What a reader has seen: how many publications, and a sum of their ids in their order. Two who have seen the same have the same. */
export interface Seen {
  readonly count: number
  readonly sum: number
}

/** Nothing yet. */
export const nothing: Seen = { count: 0, sum: 0 }

/** What is seen once this publication has come, too: any order, gap or repetition leads elsewhere. */
export function seenWith({ count, sum }: Seen, id: string): Seen {
  let next = Math.imul(sum ^ (count + 1), 0x01000193)
  for (let index = 0; index < id.length; index++) next = Math.imul(next ^ id.charCodeAt(index), 0x01000193)
  return { count: count + 1, sum: next >>> 0 }
}

/** A room whose state tells what was seen. Clients say; what the handler publishes is not shown before it is confirmed. */
export const room = channel('room:{id}', {
  events: { say: z.string(), said: z.string() },
  state: { initial: (): Seen => nothing, on: { said: (seen, { id }) => seenWith(seen, id) } },
  history: { size: 1_000_000, ttl: '24h', bytes: 1 << 29 },
})
