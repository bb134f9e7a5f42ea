import { channel } from '@baro/core'
import * as z from 'zod/mini'
import { maxNameLength } from './club.ts'

/** How many notes an inbox keeps, and how many people one can write to. */
export const keptNotes = 30
export const listedPeople = 24

/** How many browsers of one member are told while no page is open: those that asked last. */
export const keptSubscriptions = 5

export const maxNoteLength = 300

/** Somebody who has an inbox. */
export interface Person {
  readonly id: string
  readonly name: string
}

export interface Note {
  readonly id: string
  /** Its number in the channel. */
  readonly offset: number
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
  readonly from: string
  readonly text: string
}

export interface Inbox {
  /** Newest first. */
  readonly notes: readonly Note[]
  /** Up to which number its owner has read, in whatever tab. */
  readonly readTo: number
}

const memberId = z.string().check(z.regex(/^[\w-]{1,64}$/))
const name = z.string().check(z.minLength(1), z.maxLength(maxNameLength))
const text = z.string().check(z.normalize('NFC'), z.trim(), z.minLength(1), z.maxLength(maxNoteLength))
const endpoint = z.string().check(z.maxLength(1_000))
const base64url = z.string().check(z.regex(/^[\w-]{1,128}$/))

const subscription = z.object({ endpoint, p256dh: base64url, auth: base64url, language: z.enum(['en', 'ko']) })

/** What a browser gives for being told while no page is open (Push API §8). */
export type Subscription = z.infer<typeof subscription>

/** What one member is told, in all tabs and on all devices. */
export const inbox = channel('user:{id}', {
  params: { id: (id) => memberId.safeParse(id).success },
  events: { note: z.object({ from: name, text }), read: z.object({ to: z.int().check(z.gte(0)) }) },
  requests: {
    pushOn: { input: subscription, output: z.object({}) },
    pushOff: { input: z.object({ endpoint }), output: z.object({}) },
  },
  /** Whether a page is open: a browser is only told by push while none is. */
  members: { state: z.object({}) },
  state: {
    initial: (): Inbox => ({ notes: [], readTo: 0 }),
    on: {
      note: (state, { id, offset, time, payload }) => ({
        ...state,
        notes: [{ id, offset, time, ...payload }, ...state.notes].slice(0, keptNotes),
      }),
      // Nobody has read what is not there yet.
      read: (state, { payload }) => ({
        ...state,
        readTo: Math.max(state.readTo, Math.min(payload.to, state.notes[0]?.offset ?? 0)),
      }),
    },
  },
  history: { size: 200, bytes: 1 << 17 },
})

export function unreadOf({ notes, readTo }: Inbox): number {
  return notes.filter(({ offset }) => offset > readTo).length
}

/** Where notes are sent, and who can be sent one: members that have opened their inbox. */
export const post = channel('post', {
  events: { opened: z.object({ id: memberId, name }) },
  requests: { send: { input: z.object({ to: memberId, text }), output: z.object({}) } },
  state: {
    initial: (): readonly Person[] => [],
    on: {
      opened: (people, { payload }) =>
        [payload, ...people.filter(({ id }) => id !== payload.id)].slice(0, listedPeople),
    },
  },
  history: { size: 200 },
})

/** The browsers of one member. A channel that nobody may read: so it is kept, and known to all servers, as everything else. */
export const subscriptions = channel('push:{id}', {
  params: { id: (id) => memberId.safeParse(id).success },
  events: { added: subscription, removed: z.object({ endpoint }) },
  state: {
    initial: (): readonly Subscription[] => [],
    on: {
      added: (list, { payload }) => [...without(list, payload.endpoint), payload].slice(-keptSubscriptions),
      removed: (list, { payload }) => without(list, payload.endpoint),
    },
  },
  history: { size: 0 },
})

function without(list: readonly Subscription[], endpoint: string): readonly Subscription[] {
  return list.filter((one) => one.endpoint !== endpoint)
}
