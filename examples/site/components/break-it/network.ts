/**
 * The network of the two readers of this demo, and of nothing else on the page. Cut, it ends their sockets without a goodbye
 * (1006), and opens no others, as a browser without a network does. Asleep, it ends them as well, but tells nobody before the
 * visitor is awake again: a laptop that was closed does not know that its sockets are gone.
 */
import type { WakeEvents } from '@baro/client'

type State = 'up' | 'cut' | 'asleep'

/** The code of a socket that ended without a goodbye (RFC 6455 §7.1.5). */
const noGoodbye = 1006

let state: State = 'up'
const sockets = new Set<DemoSocket>()
const clients = new Set<WakeEvents>()

/** A socket of the browser, as far as this network lets it through. */
class DemoSocket {
  onopen: (() => unknown) | null = null
  onmessage: ((event: MessageEvent) => unknown) | null = null
  onclose: ((event: { readonly code: number; readonly reason: string }) => unknown) | null = null
  onerror: (() => unknown) | null = null
  readonly #socket: WebSocket | undefined

  constructor(url: string) {
    sockets.add(this)
    if (state !== 'up') {
      // As a browser says it: after the constructor has returned.
      if (state === 'cut') queueMicrotask(() => this.fail())
      return
    }
    const socket = new globalThis.WebSocket(url)
    this.#socket = socket
    socket.onopen = () => this.onopen?.()
    socket.onmessage = (event) => this.onmessage?.(event)
    socket.onclose = ({ code, reason }) => this.#ended(code, reason)
  }

  set binaryType(type: BinaryType) {
    if (this.#socket) this.#socket.binaryType = type
  }

  send(data: string | Blob): void {
    if (this.#socket?.readyState === globalThis.WebSocket.OPEN) this.#socket.send(data)
  }

  close(code?: number, reason?: string): void {
    sockets.delete(this)
    this.#socket?.close(code, reason)
  }

  /** Nothing more comes through; nobody is told. */
  silence(): void {
    if (!this.#socket) return
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null
    this.#socket.close()
  }

  /** Tells that the socket is gone. */
  fail(): void {
    this.silence()
    this.#ended(noGoodbye, '')
  }

  #ended(code: number, reason: string): void {
    if (sockets.delete(this)) this.onclose?.({ code, reason })
  }
}

/** The `WebSocket` of the two readers. */
export { DemoSocket as WebSocket }

/** Ends all sockets; none opens until {@link mend}. */
export function cut(): void {
  state = 'cut'
  for (const socket of [...sockets]) socket.fail()
  for (const client of clients) client.offline()
}

/** Ends all sockets, and tells nobody until {@link mend}. */
export function sleep(): void {
  state = 'asleep'
  for (const socket of sockets) socket.silence()
}

/** The network is back. */
export function mend(): void {
  if (state === 'up') return
  const wasAsleep = state === 'asleep'
  state = 'up'
  if (wasAsleep) for (const socket of [...sockets]) socket.fail()
  for (const client of clients) client.woke()
}

/** What a browser tells of its network, for this one. */
export const wake = {
  listen(client: WakeEvents): () => void {
    clients.add(client)
    return () => clients.delete(client)
  },
}
