import { channel } from '@baro/core'
import { maxChannelNameBytes } from '@baro/core/protocol'
import * as z from 'zod/mini'
import { type Picture, picture, type Voice, voice } from './attachments.ts'

/** A message as the page shows it; `null` is a picture or a voice note that is no longer kept. */
export type Message = {
  readonly id: string
  /** What the speaker goes by; a guest who gave no name is called so in the reader's language. */
  readonly name?: string | undefined
  /** Who speaks, as the server knows: two guests are two speakers. Absent for who came without the page's script. */
  readonly by?: string | undefined
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
} & ({ readonly text: string } | { readonly picture: Picture | null } | { readonly voice: Voice | null })

/**
 * How many pictures and voice notes are kept. 4 of at most 32 KiB are 128 KiB of state, and in a page, which has them
 * twice as base64 (what it shows, and what it continues from), 342 KiB at the very most.
 */
export const keptAttachments = 4

const name = z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(24)))

/**
 * Whether a text can be the id of a room: 1 to 64 letters, digits, Hangul syllables, "_" and "-", as far as a channel
 * name is long (27 syllables). Strangers choose it, and it becomes a channel, a path and the name of a cached file. The
 * dot is left out on purpose: Next takes `/rooms/1.rsc` for another form of `/rooms/1`.
 */
export function isRoomId(text: string): boolean {
  return roomId.test(text) && encodeURIComponent(text).length <= maxChannelNameBytes - 'room:'.length
}

const roomId = /^[A-Za-z0-9_가-힣-]{1,64}$/

export const room = channel('room:{id}', {
  params: { id: isRoomId },
  events: {
    message: z.object({ name, text: z.string().check(z.trim(), z.minLength(1), z.maxLength(2_000)) }),
    picture: z.object({ name, picture }),
    voice: z.object({ name, voice }),
  },
  signals: { typing: z.object({ name }) },
  /** What each visitor tells of themselves to all who are here. */
  members: { state: z.object({ name }) },
  /** Who am I to the others? */
  requests: { me: { input: z.object({}), output: z.object({ by: z.optional(z.string()) }) } },
  state: {
    initial: (): readonly Message[] => [],
    on: {
      message: (list, { id, time, by, payload }) => withNewest(list, { id, time, ...(by && { by }), ...payload }),
      picture: (list, { id, time, by, payload }) => withNewest(list, { id, time, ...(by && { by }), ...payload }),
      voice: (list, { id, time, by, payload }) => withNewest(list, { id, time, ...(by && { by }), ...payload }),
    },
  },
  // A page further behind than this gets a fresh snapshot, which is smaller than what it missed.
  history: { bytes: 1 << 20 },
})

function withNewest(list: readonly Message[], message: Message): readonly Message[] {
  const messages = [...list, message].slice(-100)
  const old = new Set(messages.filter(isAttached).slice(0, -keptAttachments))
  return old.size === 0 ? messages : messages.map((one) => (old.has(one) ? withoutBytes(one) : one))
}

function isAttached(message: Message): boolean {
  return ('picture' in message && message.picture !== null) || ('voice' in message && message.voice !== null)
}

function withoutBytes(message: Message): Message {
  return 'picture' in message ? { ...message, picture: null } : { ...message, voice: null }
}
