import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const path = '/handshake'

/** What is shown of a request. A list of what may be, so that no cookie, token or proxy's note about a visitor gets out. */
const shown: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'upgrade',
  'origin',
  'user-agent',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'pragma',
  'sec-websocket-version',
  'sec-websocket-key',
  'sec-websocket-extensions',
])

const longestValue = 400

/**
 * Accepts a WebSocket only to send, over it, the request it was opened with and the answer it got (RFC 6455 §4), and
 * closes it. Nothing is kept, and nobody else sees it. Returns whether the upgrade was for this.
 */
export function showHandshake(request: IncomingMessage, stream: Duplex): boolean {
  if (request.url !== path) return false
  stream.on('error', () => {})
  const key = request.headers['sec-websocket-key'] ?? ''
  if (!isFromHere(request) || !/^[+/\w]{22}==$/.test(key)) {
    stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => stream.destroy())
    return true
  }
  const answer = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptOf(key)}`,
  ]
  stream.write(`${answer.join('\r\n')}\r\n\r\n`)
  stream.write(textFrame(JSON.stringify({ request: linesOf(request), answer })))
  stream.end(closeFrame)
  // What the browser answers to the close is read and thrown away, or the connection would never end.
  stream.resume()
  return true
}

/** A page of another site could open this too, and would read what its visitor's browser says of itself. */
function isFromHere({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host
}

function linesOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): readonly string[] {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    if (shown.has(name.toLowerCase())) lines.push(`${name}: ${value.slice(0, longestValue)}`)
  }
  return lines
}

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([0x81, 126, 0, 0])
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x81, payload.length]), payload])
  head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

/** A close with code 1000. */
const closeFrame = Buffer.from([0x88, 0x02, 0x03, 0xe8])
