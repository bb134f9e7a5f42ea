import {
  type ChannelDefinition,
  type ChannelTypes,
  channel,
  type Publication,
  type Redaction,
  type Schema,
} from '@baro/core'
import { asBytes, redactedType } from '@baro/core/protocol'

/** What is published: a text, padded so that sockets fill up, and bytes under some of them. */
export interface Note {
  readonly text: string
  readonly pad: string
  readonly seal?: Uint8Array
}

/**
 * What the reducer makes of it: the newest entries, each with a digest of the ids up to it. A client whose digest is that of
 * the truth at its position has folded exactly the publications up to there, in order, each once. What they say stands
 * beside the digest, because it may be taken back.
 */
export interface Tail {
  readonly entries: readonly Entry[]
}

/** One entry of a tail. */
export interface Entry {
  readonly id: string
  readonly digest: number
  /** What it says; absent once it was taken back. */
  readonly text?: string
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

/** How the state of a room loses what was taken back: its definition says it, or history is folded anew. */
export type LosesBy = 'reducer' | 'history'

/** A definition of the rooms. */
export type Room = ChannelDefinition<NoteTypes>

function defineRoom(losesBy: LosesBy): Room {
  return channel('room:{id}', {
    moderated: true,
    events: { note: noteSchema() },
    state: {
      initial: (): Tail => ({ entries: [] }),
      on: { note: (tail, { id, payload }) => foldNote(tail, id, payload) },
      ...(losesBy === 'reducer' && { redact: loseEntry }),
    },
    history,
  })
}

/** The definition that all of a schedule uses. */
export const rooms: Readonly<Record<LosesBy, Room>> = {
  reducer: defineRoom('reducer'),
  history: defineRoom('history'),
}

/** One of them, for names and bounds: those are the same. */
export const room: Room = rooms.reducer

/** The channels of a schedule: most happens in the first. */
export const roomIds = ['busy', 'quiet'] as const

/** The type of what stands in the stream and is seen by nobody who reads a view of it. */
export const hiddenType = 'hidden'

/** The reducer; the truth folds with it too. */
export function foldNote(tail: Tail, id: string, { text, seal }: Note): Tail {
  return withEntry(tail, id, { text, ...(seal && { seal }) })
}

/** How a state loses an entry: nothing but its place in the order is left. */
export function loseEntry(tail: Tail, { id, time }: Redaction): Tail {
  if (time !== undefined) return withEntry(tail, id, {})
  return { entries: tail.entries.map((entry) => (entry.id === id ? { id, digest: entry.digest } : entry)) }
}

/** What the truth folds: a note, or the notice of one that was taken back. */
export function foldTruth(tail: Tail, publication: Publication): Tail {
  if (publication.type === 'note') return foldNote(tail, publication.id, noteOf(publication))
  return publication.type === redactedType ? loseEntry(tail, publication.payload as unknown as Redaction) : tail
}

function withEntry({ entries }: Tail, id: string, said: Pick<Entry, 'text' | 'seal'>): Tail {
  const digest = digestOf(entries.at(-1)?.digest ?? 0, id)
  return { entries: [...entries.slice(1 - tailLength), { id, digest, ...said }] }
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
