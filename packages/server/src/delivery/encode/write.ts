/**
 * Writes JSON around a part of it that is shared: what names one client is written for each, the long rest once.
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

/** Every field named, one that may be left out too: a field that is added to a message is a type error where it is written. */
export type EveryField<Fields> = { readonly [Name in keyof Required<Fields>]: Fields[Name] }

/** JSON text: all of it in `head`, or around the part that is shared. */
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

/** Writes an object whose names need no escape; one of its values may be a {@link SharedValue}, or written already. */
export function write(fields: Readonly<Record<string, unknown>>): Written {
  let head = ''
  let text = '{'
  let shared: SharedText | undefined
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (value === undefined) continue
    text += text === '{' ? `"${name}":` : `,"${name}":`
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
  return shared ? new Written(head, shared, `${text}}`) : new Written(`${text}}`)
}

/**
 * Characters of a shared text from which it is turned into bytes once. Most answers are shorter, to clients that missed
 * little, and are made in one piece in less time than three of them are put together.
 */
const keepFromCharacters = 4_096

const utf8 = ({ text }: SharedText): Uint8Array => Buffer.from(text)

/** A message as UTF-8, in one piece, or in three of which others get the one in the middle too. */
export function sharedPieces({ head, shared, tail }: SharedMessage): readonly Uint8Array[] {
  if (shared.text.length < keepFromCharacters) return [Buffer.from(head + shared.text + tail)]
  return [Buffer.from(head), madeOnce(shared, utf8), Buffer.from(tail)]
}

/** {@link sharedPieces} of any JSON. */
export function piecesOf({ head, shared, tail }: Written): readonly Uint8Array[] {
  return shared ? sharedPieces({ head, shared, tail }) : [Buffer.from(head)]
}

const lengthOf = ({ text }: SharedText): number => Buffer.byteLength(text)

/** Its length in bytes; to count the long part again for each client would cost more than to write the rest. */
export function bytesOf({ head, shared, tail }: Written): number {
  return Buffer.byteLength(head) + (shared ? madeOnce(shared, lengthOf) + Buffer.byteLength(tail) : 0)
}

/** The pieces of one frame, in whatever way costs this framing least. */
export function framed(framing: Framing, written: Written): readonly Uint8Array[] {
  const { head, shared, tail } = written
  return (shared && framing.frameShared?.({ head, shared, tail })) ?? [framing.frame(written.text)]
}
