import { channel } from '@baro/core'
import * as z from 'zod/mini'
import { keptMessages, withoutRemoved } from './room.ts'
import { isRoomId } from './room-id.ts'

/** What a member said; or that the owner of the room has removed it, and then nothing else of it is left. */
export type ClubMessage = {
  readonly id: string
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
} & (
  | {
      /** What the member signed in as. */
      readonly name: string
      readonly by?: string | undefined
      readonly text: string
    }
  | { readonly removed: true }
)

/** A room for members, as its page shows it. */
export interface ClubRoom {
  readonly owner?: Owner | undefined
  readonly messages: readonly ClubMessage[]
}

/** Who may remove messages and mute others. */
export interface Owner {
  readonly by: string
  /** In milliseconds since 1970: from then on, who writes next owns the room. */
  readonly untilMs: number
}

/** As long as a name may be, in characters. */
export const maxNameLength = 24

/** For how long somebody is signed in. Who comes back later is somebody else to the server, so nobody owns a room for longer. */
export const signedInMs = 7 * 86_400_000

const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(maxNameLength))

/** Rooms for members only. Who writes first owns one. */
export const club = channel('club:{id}', {
  version: '2',
  moderated: true,
  params: { id: isRoomId },
  events: { message: z.object({ name, text: z.string().check(z.trim(), z.minLength(1), z.maxLength(2_000)) }) },
  signals: { typing: z.object({ name }) },
  requests: { me: { input: z.object({}), output: z.object({ by: z.optional(z.string()) }) } },
  state: {
    initial: (): ClubRoom => ({ messages: [] }),
    on: {
      message: (room, { id, time, by, payload }) => ({
        owner: ownerAfter(room.owner, by, time),
        messages: [...room.messages, { id, time, ...(by && { by }), ...payload }].slice(-keptMessages),
      }),
    },
    redact: (room, redaction) => ({ ...room, messages: withoutRemoved(room.messages, redaction) }),
  },
  history: { bytes: 1 << 20 },
})

function ownerAfter(owner: Owner | undefined, by: string | undefined, time: number): Owner | undefined {
  return by === undefined || (owner && time < owner.untilMs) ? owner : { by, untilMs: time + signedInMs }
}
