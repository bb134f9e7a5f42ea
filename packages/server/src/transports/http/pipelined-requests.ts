import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket as NetSocket } from 'node:net'

/**
 * The requests that wait behind another on their connection (RFC 9112 §9.3.2). Answered at once, they would leave their
 * answers in memory behind the other's, and a client that asks without reading would let any number of them wait (I7).
 * Node stops reading from a connection by the answers that wait, so while requests wait it would read on: 200,000 behind
 * an event stream were 619 MB, and 79 s until the connection was let go of. Hence a connection with more than
 * `maxPipelinedRequests` behind the one that is answered is closed, as a client that pipelines has to expect.
 */
export class PipelinedRequests {
  readonly #maxPipelinedRequests: number
  readonly #waiting = new WeakMap<NetSocket, number>()

  constructor({ maxPipelinedRequests }: { readonly maxPipelinedRequests: number }) {
    this.#maxPipelinedRequests = maxPipelinedRequests
  }

  /** Calls `run` when the request is the first of its connection: at once, later, or never if the connection ends. */
  inTurn({ socket }: IncomingMessage, response: ServerResponse, run: () => void): void {
    // Node gives the connection to the response whose turn it is.
    if (response.socket !== null) return run()
    const waiting = (this.#waiting.get(socket) ?? 0) + 1
    if (waiting > this.#maxPipelinedRequests) {
      readNoFurther(socket)
      socket.destroy()
      return
    }
    this.#waiting.set(socket, waiting)
    response.once('socket', () => {
      this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1)
      run()
    })
  }
}

/**
 * Node would make requests of all that was read together with this one, although nobody can be answered any more: 2,000
 * of one read are 36 ms, and whoever is closed comes again. Nothing public stops its parser; that what follows is no HTTP
 * does, which is what 2 says. A test fails if this private field moves.
 */
function readNoFurther(socket: NetSocket): void {
  const { parser } = socket as unknown as { readonly parser?: { onIncoming: () => number } | null }
  if (parser) parser.onIncoming = () => 2
}
