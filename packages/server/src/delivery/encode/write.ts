/**
 * Writes JSON around a part that many clients share. What names one client is written for each, the long rest once.
 *
 *   { type, payload: { channel, attempt, …, publications: SharedPublications } }
 *
 *   head  {"type":"baro:recovered","payload":{"channel":"room:1","attempt":1,…,"publications":   ─ of one client
 *   shared  [{"type":"message", … }, … ]                                                          ─ of everybody
 *   tail  }}                                                                                      ─ of one client
 */
import type { Framing, SharedMessage, SharedText } from '../../ports/socket.ts'
import { madeOnce } from '../made-once.ts'
import { SharedValue } from './shared-text.ts'

/** Makes every field required, so that a field that is added to a message is a type error until it is written. */
export type EveryField<Fields> = { readonly [Name in keyof Required<Fields>]: Fields[Name] }

/** JSON text: all of it in `head`, or `head` and `tail` around the shared part. */
export class Written {
  readonly head: string
  readonly shared: SharedText | undefined
  readonly tail: string

  constructor(head: string, shared?: SharedText, tail: string = '') {
    this.head = head
    this.shared = shared
    this.tail = tail
  }

  get text(): string {
    return this.shared ? this.head + this.shared.text + this.tail : this.head
  }
}

/**
 * Writes an object whose names need no escape. One value may be a {@link SharedValue}, or hold one as {@link Written}.
 *
 * @param before What is written in front of the object.
 * @param after And behind it.
 */
export function write(fields: Readonly<Record<string, unknown>>, before: string = '', after: string = ''): Written {
  let head = ''
  let text = before
  let separator = '{'
  let shared: SharedText | undefined
  for (const name in fields) {
    const value = fields[name]
    if (value === undefined) continue
    text += `${separator}"${name}":`
    separator = ','
    if (value instanceof SharedValue) {
      head = text
      shared = value
      text = ''
    } else if (!(value instanceof Written)) text += JSON.stringify(value)
    else if (!value.shared) text += value.head
    else {
      head = text + value.head
      shared = value.shared
      text = value.tail
    }
  }
  const end = separator === '{' ? '{}' : '}'
  return shared ? new Written(head, shared, text + end + after) : new Written(text + end + after)
}

/**
 * Shared texts from this many characters are encoded once and kept. Most texts are shorter, because most clients missed
 * little. For those, encoding one piece takes less time than putting three pieces together.
 */
const keepFromCharacters = 4_096

const utf8 = ({ text }: SharedText): Uint8Array => Buffer.from(text)

/** A message as UTF-8: one piece, or three pieces, of which other clients get the middle one too. */
export function sharedPieces({ head, shared, tail }: SharedMessage): readonly Uint8Array[] {
  if (shared.text.length < keepFromCharacters) return [Buffer.from(head + shared.text + tail)]
  return [Buffer.from(head), madeOnce(shared, utf8), Buffer.from(tail)]
}

/** {@link sharedPieces} of any JSON. */
export function piecesOf({ head, shared, tail }: Written): readonly Uint8Array[] {
  return shared ? sharedPieces({ head, shared, tail }) : [Buffer.from(head)]
}

const lengthOf = ({ text }: SharedText): number => Buffer.byteLength(text)

/**
 * The length in bytes. The long part is counted once: counting it for each client would cost more than writing the
 * rest.
 */
export function bytesOf({ head, shared, tail }: Written): number {
  return Buffer.byteLength(head) + (shared ? madeOnce(shared, lengthOf) + Buffer.byteLength(tail) : 0)
}

/** The pieces of one frame, in the way that costs this framing least. */
export function framed(framing: Framing, written: Written): readonly Uint8Array[] {
  const { head, shared, tail } = written
  return (shared && framing.frameShared?.({ head, shared, tail })) ?? [framing.frame(written.text)]
}
