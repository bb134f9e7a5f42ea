/**
 * Reads the simple messages of a client, as nearly all are: one masked frame, neither fragmented nor compressed (RFC 6455
 * §5.2). `ws` reads every other frame, and refuses what breaks the rules.
 */
import { isUtf8 } from 'node:buffer'

/** Where a simple message lies in the bytes of a connection. */
export interface WholeMessage {
  readonly isText: boolean
  readonly mask: number
  readonly start: number
  /** Where the next frame begins. */
  readonly end: number
}

const [text, binary] = [0x81, 0x82]
const maskLength = 4

/** The message that begins here; `undefined` if it is not simple, not all there, or longer than a message may be. */
export function wholeMessageAt(bytes: Buffer, at: number, maxBytes: number): WholeMessage | undefined {
  const [kind, second = 0] = [bytes[at], bytes[at + 1]]
  if ((kind !== text && kind !== binary) || second < 0x80) return undefined
  const short = second & 127
  // Longer ones take eight bytes for their length, and are rare.
  if (short === 127 || (short === 126 && at + 4 > bytes.length)) return undefined
  const length = short === 126 ? bytes.readUInt16BE(at + 2) : short
  const mask = at + (short === 126 ? 4 : 2)
  const start = mask + maskLength
  const end = start + length
  return end > bytes.length || length > maxBytes ? undefined : { isText: kind === text, mask, start, end }
}

/** What the message says or holds; `undefined` if it is no text, and then the bytes are as they were. */
export function readMessage(bytes: Buffer, { isText, mask, start, end }: WholeMessage): string | Buffer | undefined {
  unmask(bytes, mask, start, end)
  const payload = bytes.subarray(start, end)
  if (!isText) return payload
  if (isUtf8(payload)) return payload.toString()
  unmask(bytes, mask, start, end)
  return undefined
}

function unmask(bytes: Buffer, mask: number, start: number, end: number): void {
  if (bytes.readUInt32BE(mask) === 0) return
  for (let at = start; at < end; at++) bytes[at] = (bytes[at] ?? 0) ^ (bytes[mask + ((at - start) & 3)] ?? 0)
}
