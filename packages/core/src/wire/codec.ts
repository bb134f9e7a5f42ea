import { parseJson } from '../json.ts'
import type { Result } from '../result.ts'
import { parseFrame } from './binary-frame.ts'
import { type ClientMessage, clientMessages } from './client-message.ts'
import { type ServerMessage, serverMessages } from './server-message.ts'
import { matchShape } from './shape.ts'

/** The version of the messages. A client names it in `baro:connect`; a test pins it to the hash of all shapes. */
export const protocolVersion = 1

/** Writes a message as the text of one frame. */
export function encodeMessage(message: ClientMessage | ServerMessage): string {
  return JSON.stringify(message)
}

/** Reads what a client sent: a text or a binary frame. It never throws, and leaves unknown fields alone. */
export function decodeClientMessage(data: string | Uint8Array): Result<ClientMessage> {
  const parsed = typeof data === 'string' ? parseJson(data) : parseFrame(data)
  return parsed.ok ? matchShape(clientMessages, parsed.value) : parsed
}

/** Reads the text that a hub sent. It never throws, and leaves unknown fields alone. */
export function decodeServerMessage(text: string): Result<ServerMessage> {
  const parsed = parseJson(text)
  return parsed.ok ? matchShape(serverMessages, parsed.value) : parsed
}
