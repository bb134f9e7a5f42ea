import { channel } from '@baro/core'
import { maxChannelNameBytes } from '@baro/core/protocol'
import * as z from 'zod/mini'
import { merged, mergedText } from './merged.ts'
import { isRoomId } from './room-id.ts'

/** An update that a browser sends, in bytes: it fits into a message as base64 too. */
export const maxUpdateBytes = 32 << 10

/** How long a text may be, in UTF-16 units, and how large with all that was deleted, in bytes. */
export const maxTextLength = 1 << 21
export const maxStateBytes = 1 << 23

/** When the updates behind the merged one become part of it. */
const mergedAfter = { updates: 100, bytes: 64 << 10 }

/** A text, as Yjs updates: one that holds nearly all of it, and those that came after it. */
export interface Draft {
  readonly base: Uint8Array | null
  readonly tail: readonly Uint8Array[]
}

/** Whether a text can be the id of a text: that of a room, as far as the name of the channel has room for it. */
export function isDraftId(text: string): boolean {
  return isRoomId(text) && encodeURIComponent(text).length <= maxChannelNameBytes - 'draft:'.length
}

const update = z
  .instanceof(Uint8Array<ArrayBuffer>)
  .check(z.refine(({ length }) => length > 0 && length <= maxUpdateBytes, `At most ${maxUpdateBytes} bytes.`))

/** A text that several people write. Yjs merges what they do in one moment; order and history are those of the channel. */
export const draft = channel('draft:{id}', {
  params: { id: isDraftId },
  events: { update: z.object({ update }) },
  /** Where somebody writes, as an index of the text; `null` for whoever looks away. */
  signals: { caret: z.object({ at: z.nullable(z.int().check(z.gte(0))), name: z.optional(z.string()) }) },
  requests: { me: { input: z.object({}), output: z.object({ by: z.optional(z.string()) }) } },
  members: { state: z.object({}) },
  state: {
    initial: (): Draft => ({ base: null, tail: [] }),
    // To merge is to read all of it: each time would cost the size of the text for each key.
    on: { update: (state, { payload }) => shortened({ ...state, tail: [...state.tail, payload.update] }) },
  },
  // A page further behind gets the merged update, which is smaller than what it missed.
  history: { size: 500, bytes: 1 << 19 },
})

/** All updates of a text. */
export function updatesOf({ base, tail }: Draft): readonly Uint8Array[] {
  return base ? [base, ...tail] : tail
}

/** The text of a draft, for a page. */
export function textOf(state: Draft): string {
  return mergedText(updatesOf(state))
}

function shortened(state: Draft): Draft {
  const bytes = state.tail.reduce((sum, { length }) => sum + length, 0)
  if (state.tail.length < mergedAfter.updates && bytes < mergedAfter.bytes) return state
  return { base: merged(updatesOf(state)), tail: [] }
}
