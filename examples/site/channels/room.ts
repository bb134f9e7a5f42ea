import { channel, type Redaction } from '@baro/core'
import * as z from 'zod/mini'
import { type Picture, picture, type Voice, voice } from './attachments.ts'
import { isRoomId } from './room-id.ts'

/** What is left of a message that was removed. */
export interface Removed {
  readonly id: string
  readonly time: number
  readonly removed: true
}

/** A message as the page shows it; `null` is a picture or a voice note that is no longer kept; of one that was removed nothing else is left. */
export type Message = {
  readonly id: string
  /** What the speaker goes by; a guest who gave no name is called so in the reader's language. */
  readonly name?: string | undefined
  /** Who speaks, as the server knows: two guests are two speakers. Absent for who came without the page's script. */
  readonly by?: string | undefined
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
} & (
  | { readonly text: string }
  | { readonly picture: Picture | null }
  | { readonly voice: Voice | null }
  | { readonly removed: true }
)

/** How many messages a room shows. */
export const keptMessages = 100

/**
 * How many pictures and voice notes are kept. 4 of at most 32 KiB are 128 KiB of state, and in a page, which has them
 * twice as base64 (what it shows, and what it continues from), 342 KiB at the very most.
 */
export const keptAttachments = 4

const name = z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(24)))

/** Rooms for everybody. Nobody owns one, and everybody can remove what they have sent from there. */
export const room = channel('room:{id}', {
  version: '2',
  moderated: true,
  params: { id: isRoomId },
  events: {
    message: z.object({ name, text: z.string().check(z.trim(), z.minLength(1), z.maxLength(2_000)) }),
    picture: z.object({ name, picture }),
    voice: z.object({ name, voice }),
  },
  signals: { typing: z.object({ name }) },
  /** What each visitor tells of themselves to all who are here. */
  members: { state: z.object({ name }) },
  requests: {
    /** Who am I to the others? */
    me: { input: z.object({}), output: z.object({ by: z.optional(z.string()) }) },
    /** Removes what one has sent oneself; false if it is not there, or is not one's own. */
    remove: { input: z.object({ id: z.string() }), output: z.object({ removed: z.boolean() }) },
  },
  state: {
    initial: (): readonly Message[] => [],
    on: {
      message: (list, { id, time, by, payload }) => withNewest(list, { id, time, ...(by && { by }), ...payload }),
      picture: (list, { id, time, by, payload }) => withNewest(list, { id, time, ...(by && { by }), ...payload }),
      voice: (list, { id, time, by, payload }) => withNewest(list, { id, time, ...(by && { by }), ...payload }),
    },
    redact: withoutRemoved,
  },
  // A page further behind than this gets a fresh snapshot, which is smaller than what it missed.
  history: { bytes: 1 << 20 },
})

function withNewest(list: readonly Message[], message: Message): readonly Message[] {
  const messages = [...list, message].slice(-keptMessages)
  const old = new Set(messages.filter(isAttached).slice(0, -keptAttachments))
  return old.size === 0 ? messages : messages.map((one) => (old.has(one) ? withoutBytes(one) : one))
}

/**
 * Leaves of a message that it was removed, and when it was taken: no text, picture or voice, and no name. A message that was
 * removed before this list had it comes in as such.
 */
export function withoutRemoved<M extends { readonly id: string; readonly time: number }>(
  list: readonly M[],
  { id, time }: Redaction,
): readonly (M | Removed)[] {
  if (time !== undefined) return [...list, { id, time, removed: true } as const].slice(-keptMessages)
  return list.map((one) => (one.id === id ? { id, time: one.time, removed: true } : one))
}

function isAttached(message: Message): boolean {
  return ('picture' in message && message.picture !== null) || ('voice' in message && message.voice !== null)
}

function withoutBytes(message: Message): Message {
  return 'picture' in message ? { ...message, picture: null } : { ...message, voice: null }
}
