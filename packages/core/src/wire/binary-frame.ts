/**
 * A message with bytes as one binary frame:
 *
 *   header: the message as JSON in UTF-8, on one line │ line feed │ the attachments, end to end
 *
 * In the header, `{ "baro:bytes": [start, length] }` stands for bytes, counted from behind the line feed.
 */
import { asBytes, type Bytes, bytesKey, readJson, writeJson } from '../bytes.ts'
import { BaroError, quote } from '../errors.ts'
import { type Json, parseWith } from '../json.ts'
import { type Result, refused } from '../result.ts'

// Declared here, for the reason in bytes.ts.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (
  encoding?: 'utf-8',
  options?: { readonly fatal: true },
) => { decode(bytes: Uint8Array): string }

/** What stands for bytes in the header. */
type Range = readonly [start: number, length: number]

const lineFeed = 0x0a

/** A message and its bytes, taken apart. */
export interface Lifted {
  /** The message as JSON, with a range in place of each run of bytes. */
  readonly header: string
  readonly attachments: readonly Uint8Array<ArrayBuffer>[]
}

/** Takes the bytes out of a message. */
export function liftBytes(message: unknown): Lifted {
  const attachments: Uint8Array<ArrayBuffer>[] = []
  let end = 0
  const range = (bytes: Uint8Array<ArrayBuffer>): Range => {
    attachments.push(bytes)
    end += bytes.length
    return [end - bytes.length, bytes.length]
  }
  return { header: writeJson(message, range), attachments }
}

/** The binary frame of a message. The header may have grown since the bytes were lifted: ranges count from its end. */
export function joinFrame({ header, attachments }: Lifted): Uint8Array<ArrayBuffer> {
  const parts = [new TextEncoder().encode(`${header}\n`), ...attachments]
  const frame = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const part of parts) {
    frame.set(part, end)
    end += part.length
  }
  return frame
}

/** Reads a binary frame without checking it. */
export function readFrame(frame: ArrayBuffer): unknown {
  const bytes = new Uint8Array(frame)
  const end = bytes.indexOf(lineFeed) + 1
  const read = ([start, length]: Range) => bytes.slice(end + start, end + start + length)
  return readJson(new TextDecoder().decode(bytes.subarray(0, end)), read)
}

/** Reads a binary frame that may hold anything. It never throws, and the values are never larger than the frame. */
export function parseFrame(frame: Uint8Array): Result<Json> {
  let header: string
  let attachments: Uint8Array
  try {
    ;[header, attachments] = split(frame)
  } catch {
    return refused(
      new BaroError('bad-message', 'This binary message has no header. Begin with one line of JSON in UTF-8.'),
    )
  }
  let taken = 0
  return parseWith(header, (form) => {
    if (!isRange(form, attachments.length))
      throw new BaroError(
        'bad-message',
        `"${bytesKey}" holds ${quote(form)} where ${attachments.length} bytes follow the header. Write [start, length].`,
      )
    // Ranges must not share bytes, or a short frame would become many long values.
    taken += form[1]
    if (taken > attachments.length)
      throw new BaroError('bad-message', `The bytes of this message overlap. ${attachments.length} follow its header.`)
    return copy(attachments, form)
  })
}

/** Header and attachments. Throws if the header has no end, or is not UTF-8. */
function split(frame: Uint8Array): [header: string, attachments: Uint8Array] {
  const end = frame.indexOf(lineFeed)
  if (end < 0) throw new RangeError('The header has no end.')
  const header = new TextDecoder('utf-8', { fatal: true }).decode(frame.subarray(0, end))
  return [header, frame.subarray(end + 1)]
}

/** Copies the bytes: a view of them would keep the whole frame in memory. */
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
