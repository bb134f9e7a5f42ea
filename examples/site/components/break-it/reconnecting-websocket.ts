import { WebSocket } from './network.ts'

/** A socket that opens again a second after it was lost, as tutorials write it and small libraries do. */
export class ReconnectingWebSocket {
  onmessage: ((event: { readonly data: string }) => void) | undefined
  readonly #url: string
  #socket: InstanceType<typeof WebSocket> | undefined
  #retry: ReturnType<typeof setTimeout> | undefined

  constructor(url: string) {
    this.#url = url
    this.#connect()
  }

  #connect(): void {
    this.#socket = new WebSocket(this.#url)
    this.#socket.onmessage = (event) => this.onmessage?.(event)
    this.#socket.onclose = () => {
      this.#retry = setTimeout(() => this.#connect(), 1_000)
    }
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#socket?.close()
  }
}
