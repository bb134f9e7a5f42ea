import { type ChannelDefinition, type ChannelTypes, channel, type Publication, type Schema } from '@baro/core'
import { asBytes } from '@baro/core/protocol'

/** What is published: a text, padded so that sockets fill up, and bytes under some of them. */
export interface Note {
  readonly text: string
  readonly pad: string
  readonly seal?: Uint8Array
}

/**
 * What the reducer makes of it: the newest entries, each with a digest of everything up to it. A client whose digest is
 * that of the truth at its position has folded exactly the publications up to there, in order, each once.
 */
export interface Tail {
  readonly entries: readonly Entry[]
}

/** One entry of a tail. */
export interface Entry {
  readonly id: string
  readonly digest: number
  readonly seal?: Uint8Array
}

/** Entries kept; more than a client may have unconfirmed, so that the newest confirmed one is always among them. */
export const tailLength = 10

interface NoteTypes extends ChannelTypes {
  pattern: 'room:{id}'
  events: { note: Schema<Note> }
  signals: Record<never, never>
  requests: Record<never, never>
  state: Tail
}

/** The history the simulation keeps: short, so that trimming is an everyday matter. */
export const history = { size: 24, ttl: 60_000, bytes: 8_192 } as const

/** The one definition all of the simulation uses. */
export const room: ChannelDefinition<NoteTypes> = channel('room:{id}', {
  events: { note: noteSchema() },
  state: {
    initial: (): Tail => ({ entries: [] }),
    on: { note: (tail, { id, payload }) => foldNote(tail, id, payload) },
  },
  history,
})

/** The channels of a schedule: most happens in the first. */
export const roomIds = ['busy', 'quiet'] as const

/** The type of what stands in the stream and is seen by nobody who reads a view of it. */
export const hiddenType = 'hidden'

/** The reducer; the truth folds with it too. */
export function foldNote({ entries }: Tail, id: string, { text, seal }: Note): Tail {
  const digest = digestOf(entries.at(-1)?.digest ?? 0, `${id} ${text} ${seal}`)
  return { entries: [...entries.slice(1 - tailLength), { id, digest, ...(seal && { seal }) }] }
}

/** A note; what stands in it besides the padding follows from its id, so that no chance is spent on it. */
export function noteWith(id: string, text: string, padBytes: number): Note {
  const isSealed = id.charCodeAt(id.length - 1) % 4 === 0
  return {
    text,
    pad: 'x'.repeat(padBytes),
    ...(isSealed && { seal: asBytes(Uint8Array.from(id, (letter) => letter.charCodeAt(0))) }),
  }
}

/** What a publication of a room holds. */
export function noteOf({ payload }: Publication): Note {
  // Every publication of a room has passed the schema of a note.
  return payload as unknown as Note
}

/** FNV-1a over the text, begun with the digest of what came before. */
function digestOf(before: number, text: string): number {
  let hash = before ^ 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

function noteSchema(): Schema<Note> {
  return {
    '~standard': {
      version: 1,
      vendor: 'baro-testing',
      validate: (value) => {
        const { text, pad, seal } = (value ?? {}) as Partial<Note>
        if (typeof text !== 'string' || typeof pad !== 'string' || (seal && !(seal instanceof Uint8Array)))
          return { issues: [{ message: 'not a note' }] }
        return { value: { text, pad, ...(seal && { seal }) } }
      },
    },
  }
}
