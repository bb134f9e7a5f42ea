import { channel } from '@baro/core'
import * as z from 'zod/mini'
import { isRoomId } from './room.ts'

/** What a member said. */
export interface ClubMessage {
  readonly id: string
  /** What the member signed in as. */
  readonly name: string
  readonly by?: string | undefined
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
  readonly text: string
}

/** As long as a name may be, in characters. */
export const maxNameLength = 24

const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(maxNameLength))

/** Rooms for members only. */
export const club = channel('club:{id}', {
  params: { id: isRoomId },
  events: { message: z.object({ name, text: z.string().check(z.trim(), z.minLength(1), z.maxLength(2_000)) }) },
  signals: { typing: z.object({ name }) },
  requests: { me: { input: z.object({}), output: z.object({ by: z.optional(z.string()) }) } },
  state: {
    initial: (): readonly ClubMessage[] => [],
    on: {
      message: (list, { id, time, by, payload }) => [...list, { id, time, ...(by && { by }), ...payload }].slice(-100),
    },
  },
  history: { bytes: 1 << 20 },
})
