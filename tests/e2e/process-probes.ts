import { once } from 'node:events'
import { connect } from 'node:net'

const throws = 'process.on("SIGUSR2", () => { throw new Error("nobody catches this") })'

/** Arguments for Node that let a test throw inside another process, where nobody catches it: send it SIGUSR2. */
export const throwOnSignal: readonly string[] = ['--import', `data:text/javascript,${encodeURIComponent(throws)}`]

const ends = 'process.stdin.on("end", () => process.exit()).resume()'

/** Arguments for Node that let another process end with the one that started it, however that ends; its input has to be a pipe. */
export const endsWithParent: readonly string[] = ['--import', `data:text/javascript,${encodeURIComponent(ends)}`]

/** Asks for an upgrade; resolves with the status line at the first answer, or with nothing if the socket just ends. */
export async function upgrade(port: number, path: string): Promise<string> {
  const socket = connect(port, 'localhost')
  socket.on('error', () => {})
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  const answer = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [''])])
  socket.destroy()
  return String(answer[0]).split('\r\n')[0] ?? ''
}
