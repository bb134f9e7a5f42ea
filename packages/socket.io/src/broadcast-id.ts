/**
 * What a broadcast of Socket.IO says beside type and payload stands in the id of its publication: how many arguments it
 * has, and whom it leaves out. So every node knows it, and so does who comes back later. No client can choose such an id,
 * because no id of a client has a ".".
 *
 *   v 1oXAwQ3k Zp0c-Lm2 . kBz3X0mVq1TtYw8e
 *   │ └───────┬───────┘   └─ random, the check of the position
 *   │         └─ tags of the rooms and sockets that are left out
 *   └─ n: no argument, v: one, l: several, as a list; in capitals, if it was published in several channels
 */
import { createHash } from 'node:crypto'

/** How the payload of a publication stands for the arguments of an event. */
export type Arguments = 'none' | 'one' | 'several'

/** What an id says. */
export interface Broadcast {
  readonly arguments: Arguments
  /** Tags of rooms, the rooms of single sockets among them. */
  readonly except: readonly string[]
  /** It has a sibling of the same id in another channel, and whoever is in both gets one of them. */
  readonly hasSiblings: boolean
}

/** Rooms that a broadcast may leave out: ids are kept with each publication. */
export const maxExcept = 32

const tagLength = 8
const letters = { none: 'n', one: 'v', several: 'l' } as const
const argumentsOf: Readonly<Record<string, Arguments>> = { n: 'none', v: 'one', l: 'several' }

/** What a publication of anybody else says: its payload is the one argument. */
const plain: Broadcast = { arguments: 'one', except: [], hasSiblings: false }

/** A few characters that stand for a room, 48 bits of its hash. */
export function tagOf(room: string): string {
  return createHash('sha256').update(room).digest('base64url').slice(0, tagLength)
}

/** The id of a broadcast. `random` has 16 characters or more of `[A-Za-z0-9_-]`. */
export function broadcastId({ arguments: how, except, hasSiblings }: Broadcast, random: string): string {
  const letter = letters[how]
  return `${hasSiblings ? letter.toUpperCase() : letter}${except.join('')}.${random}`
}

/** Reads an id; one of somebody else says nothing. */
export function parseBroadcastId(id: string): Broadcast {
  const dot = id.indexOf('.')
  if (dot < 1) return plain
  const letter = id[0] ?? ''
  const how = argumentsOf[letter.toLowerCase()]
  if (!how) return plain
  const except: string[] = []
  for (let at = 1; at + tagLength <= dot; at += tagLength) except.push(id.slice(at, at + tagLength))
  return { arguments: how, except, hasSiblings: letter !== letter.toLowerCase() }
}

/** The payload that stands for the arguments of an event. */
export function payloadOf(args: readonly unknown[]): { readonly payload: unknown; readonly arguments: Arguments } {
  if (args.length === 0) return { payload: null, arguments: 'none' }
  return args.length === 1 ? { payload: args[0], arguments: 'one' } : { payload: args, arguments: 'several' }
}

/** The arguments that a payload stands for. */
export function argsOf(payload: unknown, how: Arguments): readonly unknown[] {
  if (how === 'none') return []
  return how === 'several' && Array.isArray(payload) ? payload : [payload]
}
