/** What a server answers to the opening handshake of a WebSocket (RFC 6455 §4.2), without the answer being written. */
import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Why a request opens no WebSocket, and the status and headers that say so. */
export interface WrongHandshake {
  readonly status: number
  readonly reason: string
  readonly headers: string
}

/** The one version of the protocol. */
const version = '13'

/** 16 bytes in base64. */
const keyForm = /^[A-Za-z0-9+/]{22}==$/

/** What a key is hashed with (RFC 6455 §1.3). */
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** What is wrong with the headers of a request that asks for an upgrade; `undefined` if nothing is. */
export function wrongHandshake(headers: IncomingHttpHeaders): WrongHandshake | undefined {
  const { upgrade = '' } = headers
  if (upgrade.toLowerCase() !== 'websocket')
    return wrong(400, 'There are WebSockets here, and nothing else to upgrade to.')
  if (!keyForm.test(headers['sec-websocket-key'] ?? ''))
    return wrong(400, 'The Sec-WebSocket-Key is not 16 bytes in base64.')
  if (headers['sec-websocket-version'] !== version)
    return wrong(426, `WebSockets are of version ${version} here.`, `Sec-WebSocket-Version: ${version}\r\n`)
  return undefined
}

/** The answer that opens a WebSocket. `extension` is what was accepted of the extensions that were offered. */
export function openingAnswer(key: string, extension: string | undefined): string {
  const accept = hash('sha1', key + guid, 'base64')
  const agreed = extension === undefined ? '' : `Sec-WebSocket-Extensions: ${extension}\r\n`
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${agreed}\r\n`
}

function wrong(status: number, reason: string, headers = ''): WrongHandshake {
  return { status, reason, headers }
}
