/**
 * A message with bytes as one binary frame:
 *
 *   length of the header, 4 bytes, big-endian │ header: the message as JSON in UTF-8 │ the attachments, end to end
 *
 * In the header, `{ "baro:bytes": [start, length] }` stands for bytes, counted from the end of the header.
 */
import { asBytes, type Bytes, type BytesForm, bytesKey, fromBase64 } from '../bytes.ts'
import { BaroError, quote } from '../errors.ts'
import { type Json, parseWith } from '../json.ts'
import { type Result, refused } from '../result.ts'

// Declared here instead of pulling the types of Node or the DOM into a package that runs in both.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (
  encoding: 'utf-8',
  options: { readonly fatal: true },
) => { decode(bytes: Uint8Array): string }

/** What stands for bytes in the header. */
type Range = readonly [start: number, length: number]

const lengthBytes = 4

/** No text of JSON holds this by accident: within its strings, quotes are escaped. */
const marker = `{"${bytesKey}":"`

/** Whether there are bytes in a JSON text. */
export function holdsBytes(text: string): boolean {
  return text.includes(marker)
}

/** JSON text whose bytes have been taken out of it. */
export interface Lifted {
  /** The same, with ranges where bytes stood. */
  readonly header: string
  readonly attachments: Uint8Array<ArrayBuffer>
}

/**
 * Takes the bytes out of JSON text.
 *
 * @throws if what stands for bytes is no base64.
 */
export function liftBytes(text: string): Lifted {
  const lifted: Bytes[] = []
  let length = 0
  const value = JSON.parse(text, (_key, inner: BytesForm | null) => {
    const form = inner?.[bytesKey]
    if (form === undefined) return inner
    const bytes = fromBase64(form)
    const range: Range = [length, bytes.length]
    lifted.push(bytes)
    length += bytes.length
    return { [bytesKey]: range }
  })
  const attachments = new Uint8Array(length)
  for (const bytes of lifted.reverse()) {
    length -= bytes.length
    attachments.set(bytes, length)
  }
  return { header: JSON.stringify(value), attachments }
}

/** The binary frame of a message; its header may be longer than what was lifted, as long as the ranges in it stay. */
export function joinFrame({ header, attachments }: Lifted): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(header)
  const frame = new Uint8Array(lengthBytes + bytes.length + attachments.length)
  new DataView(frame.buffer).setUint32(0, bytes.length)
  frame.set(bytes, lengthBytes)
  frame.set(attachments, lengthBytes + bytes.length)
  return frame
}

/** The binary frame of a message with bytes, of which `text` is the JSON; `undefined` if there are none in it. */
export function packFrame(text: string): Uint8Array<ArrayBuffer> | undefined {
  return holdsBytes(text) ? joinFrame(liftBytes(text)) : undefined
}

/** Reads a binary frame that is believed. */
export function readFrame(frame: Uint8Array): unknown {
  const [header, attachments] = split(frame)
  return JSON.parse(header, (_key, value) => {
    const range: Range | undefined = value?.[bytesKey]
    return range ? copy(attachments, range) : value
  })
}

/** Reads a binary frame that may hold anything; never throws, and never makes more of it than it is. */
export function parseFrame(frame: Uint8Array): Result<Json> {
  let header: string
  let attachments: Uint8Array
  try {
    ;[header, attachments] = split(frame)
  } catch {
    return refused(
      new BaroError('bad-message', `This binary message has no header. Begin with its length in ${lengthBytes} bytes.`),
    )
  }
  let taken = 0
  return parseWith(header, (form) => {
    if (!isRange(form, attachments.length))
      throw new BaroError(
        'bad-message',
        `"${bytesKey}" holds ${quote(form)} where ${attachments.length} bytes follow the header. Write [start, length].`,
      )
    // Ranges may not share bytes, or a short frame would become many long values.
    taken += form[1]
    if (taken > attachments.length)
      throw new BaroError('bad-message', `The bytes of this message overlap. ${attachments.length} follow its header.`)
    return copy(attachments, form)
  })
}

/** Header and attachments. A header that is cut short, or is not UTF-8, throws. */
function split(frame: Uint8Array): [header: string, attachments: Uint8Array] {
  const end = lengthBytes + new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0)
  if (end > frame.length) throw new RangeError('The header is cut short.')
  const header = new TextDecoder('utf-8', { fatal: true }).decode(frame.subarray(lengthBytes, end))
  return [header, frame.subarray(end)]
}

/** Apart from the frame, which could not be let go as long as a few of its bytes are kept. */
function copy(attachments: Uint8Array, [start, length]: Range): Bytes {
  return asBytes(new Uint8Array(attachments.subarray(start, start + length)))
}

function isRange(form: unknown, available: number): form is Range {
  return (
    Array.isArray(form) &&
    form.length === 2 &&
    form.every((number) => Number.isSafeInteger(number) && number >= 0) &&
    form[0] + form[1] <= available
  )
}
