import type { Socket } from 'node:net'

/** One connection of an attacker, without the manners of a library. */
export class Wire {
  readonly #socket: Socket
  #answers = 0
  #tail = ''
  #answered: (() => void)[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    socket.once('close', () => this.#tell())
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable
  }

  /** Writes; resolves when the kernel has taken it, or the connection is gone. */
  async write(bytes: Uint8Array | string): Promise<void> {
    if (!this.isOpen || this.#socket.write(bytes)) return
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#socket.off('drain', done).off('close', done)
        resolve()
      }
      this.#socket.once('drain', done).once('close', done)
    })
  }

  /** Throws away what comes. Without it, or a question, nothing is read and the hub cannot get rid of its answers. */
  listen(): void {
    this.#socket.resume()
  }

  /** Resolves when so many answers have begun, counted from the first question; or when the connection is gone. */
  async answers(count: number): Promise<void> {
    if (this.#socket.listenerCount('data') === 0) this.#socket.on('data', (bytes) => this.#read(bytes))
    while (this.isOpen && this.#answers < count) await new Promise<void>((resolve) => this.#answered.push(resolve))
  }

  /** Resolves when the connection is gone. */
  async gone(): Promise<void> {
    if (!this.#socket.destroyed) await new Promise((resolve) => this.#socket.once('close', resolve))
  }

  /** Asks for a WebSocket; resolves when the hub has agreed, or the connection is gone. */
  async upgrade(path = '/baro/connect', headers: readonly string[] = []): Promise<void> {
    await this.write(upgradeRequest(path, headers))
    await this.answers(1)
  }

  /** Ends it without a goodbye. */
  reset(): void {
    if (!this.#socket.destroyed) this.#socket.resetAndDestroy()
  }

  #read(bytes: Buffer): void {
    const text = this.#tail + bytes.toString('latin1')
    const found = text.split('HTTP/1.1 ').length - 1
    // What may be the beginning of the next one.
    this.#tail = text.slice(-8)
    if (found === 0) return
    this.#answers += found
    this.#tell()
  }

  #tell(): void {
    for (const resolve of this.#answered.splice(0)) resolve()
  }
}

/** The head that asks for a WebSocket. */
export function upgradeRequest(path: string, headers: readonly string[] = []): string {
  const fixed = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  return get(path, [...fixed, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...headers])
}

/** A request without a body. */
export function get(path: string, headers: readonly string[] = []): string {
  return ['GET', path, 'HTTP/1.1\r\nHost: localhost\r\n'].join(' ') + [...headers, '', ''].join('\r\n')
}

/** A request with a body, as JSON unless it is a text. */
export function post(path: string, body: unknown, headers: readonly string[] = []): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const fixed = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]
  return ['POST', path, 'HTTP/1.1\r\nHost: localhost\r\n'].join(' ') + [...fixed, ...headers, '', text].join('\r\n')
}
