/**
 * What an error says of the message that it answers, so that the client that waits for the answer gets one. It takes
 * what is there: also a message that was refused for its form names itself, as far as it is JSON.
 */
import { type ClientMessage, maxJsonDepth } from '@baro/core/protocol'
import { shallowText } from './shallow-text.ts'

/** The names of a message, as `baro:error` has them. */
export interface Named {
  readonly id?: string
  readonly channel?: string
  readonly attempt?: number
}

/** A message that could not be taken. Only its names are known. */
export interface Unread {
  readonly type: 'unread'
  readonly payload: Named
}

// By type: a subscribe has no id, and an attempt beside a publish must not end a subscription.
const namesByType: ReadonlyMap<string, readonly (keyof Named)[]> = new Map<ClientMessage['type'], (keyof Named)[]>([
  ['baro:connect', []],
  ['baro:refresh', []],
  ['baro:heartbeat', []],
  ['baro:subscribe', ['channel', 'attempt']],
  ['baro:unsubscribe', ['channel']],
  ['baro:publish', ['id', 'channel']],
  ['baro:request', ['id', 'channel']],
  ['baro:signal', ['channel']],
])

/** A client that is newer, or one that forgot the type. */
const namesOfUnknown: readonly (keyof Named)[] = ['id', 'channel']

/** The names of a message, whatever else it is: `message` is anything that was parsed as JSON. */
export function namedBy(message: unknown): Named {
  const { type, payload } = fieldsOf(message)
  const names = (typeof type === 'string' && namesByType.get(type)) || namesOfUnknown
  // Who leaves the payload out means the fields beside the type.
  const { id, channel, attempt } = fieldsOf(payload === undefined ? message : payload)
  const usable: Readonly<Record<keyof Named, unknown>> = {
    id: textOfId(id),
    channel: typeof channel === 'string' ? channel : undefined,
    attempt: Number.isSafeInteger(attempt) && Number(attempt) >= 0 ? attempt : undefined,
  }
  return Object.fromEntries(names.map((name) => [name, usable[name]]).filter(([, value]) => value !== undefined))
}

/** A message that cannot be taken, with its names. */
export function unread(data: string | Uint8Array): Unread {
  return { type: 'unread', payload: namedBy(looselyRead(data)) }
}

/** What a text or a binary frame holds as JSON, read without any care; `undefined` if it holds none. */
export function looselyRead(data: string | Uint8Array): unknown {
  try {
    return JSON.parse(shallowText(typeof data === 'string' ? data : headerOf(data), maxJsonDepth))
  } catch {
    return undefined
  }
}

/** An id as `baro:error` names it: the text as it is, and a whole number as its digits. */
export function textOfId(id: unknown): string | undefined {
  if (typeof id === 'string') return id
  return Number.isSafeInteger(id) ? String(id) : undefined
}

const lineFeed = 0x0a

/** The JSON of a binary frame; all of it, if the header has no end. */
function headerOf(frame: Uint8Array): string {
  const end = frame.indexOf(lineFeed)
  return new TextDecoder().decode(end < 0 ? frame : frame.subarray(0, end))
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
