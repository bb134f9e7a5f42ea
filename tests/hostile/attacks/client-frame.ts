import { constants, deflateRawSync } from 'node:zlib'

/** What a frame says of itself (RFC 6455 §5.2). */
export interface FrameOptions {
  readonly opcode?: 'continuation' | 'text' | 'binary' | 'ping'
  readonly isFinal?: boolean
  readonly isCompressed?: boolean
}

const opcodes = { continuation: 0, text: 1, binary: 2, ping: 9 } as const

/** A frame of a client. Its mask is zero, so that it costs the attacker nothing. */
export function clientFrame(
  payload: Uint8Array | string,
  { opcode = 'text', isFinal = true, isCompressed = false }: FrameOptions = {},
): Buffer {
  const bytes = Buffer.from(payload)
  const first = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcodes[opcode]
  const long = bytes.length < 126 ? [] : bytes.length < 65_536 ? [...be(bytes.length, 2)] : [...be(bytes.length, 8)]
  const length = long.length === 0 ? bytes.length : long.length === 2 ? 126 : 127
  return Buffer.concat([Buffer.from([first, 0x80 | length, ...long, 0, 0, 0, 0]), bytes])
}

/** A message of the protocol, as a frame. */
export function messageFrame(type: string, payload: object): Buffer {
  return clientFrame(JSON.stringify({ type, payload }))
}

/** The first message of a session. */
export const connectFrame = messageFrame('baro:connect', { protocol: 1, client: 'an-attacker-0000' })

/** The offer of a client that compresses. */
export const deflateOffer =
  'Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover'

/** A text as a compressed frame (RFC 7692). */
export function deflatedFrame(text: string): Buffer {
  const deflated = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH, level: 9 })
  return clientFrame(deflated.subarray(0, -4), { isCompressed: true })
}

function be(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, Math.max(0, bytes - 6), Math.min(6, bytes))
  return buffer
}

/** So many of the same, as one piece to write. */
export function repeated(frame: Uint8Array, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => frame))
}
