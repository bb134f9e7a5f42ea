import { constants, inflateRawSync } from 'node:zlib'
import { closeCodes } from '@baro/core'
import type { WebSocket } from 'ws'
import { permessageDeflate } from './deflate-offer.ts'

/** What a sender leaves out at the end of each message (RFC 7692 §7.2.2). */
const trailer = Buffer.from([0x00, 0x00, 0xff, 0xff])

type Inflated = (error: Error | undefined, bytes: Buffer | undefined) => void

/** What `ws` asks of the extension of a connection. */
interface ReceivingExtension {
  decompress(data: Buffer, isFinal: boolean, callback: Inflated): void
  cleanup(): void
}

/**
 * Inflates what a client sends, message by message, and keeps nothing in between. The extension of `ws` would keep a
 * zlib stream for each connection that ever sent something compressed, which a browser's first message is: measured,
 * 20 kB of an idle connection and 0.3 ms of work, where this takes 0.2 kB and less than 0.1 ms.
 */
class Inflater implements ReceivingExtension {
  readonly #webSocket: WebSocket
  readonly #maxMessageBytes: number
  /** Earlier parts of the message; `ws` bounds how much they are. */
  #fragments: Buffer[] | undefined

  constructor(webSocket: WebSocket, maxMessageBytes: number) {
    this.#webSocket = webSocket
    this.#maxMessageBytes = maxMessageBytes
  }

  decompress(data: Buffer, isFinal: boolean, callback: Inflated): void {
    let inflated = Buffer.alloc(0)
    let failure: Error | undefined
    if (isFinal) {
      const fragments = this.#fragments ?? []
      this.#fragments = undefined
      try {
        inflated = inflateRawSync(Buffer.concat([...fragments, data, trailer]), {
          finishFlush: constants.Z_SYNC_FLUSH,
          // It stops there: a few bytes that would become gigabytes cost no more than the longest message.
          maxOutputLength: this.#maxMessageBytes,
        })
      } catch (error) {
        failure = error as Error
      }
    } else {
      this.#fragments ??= []
      this.#fragments.push(data)
    }
    // Later: `ws` is not ready for an answer within its question.
    process.nextTick(() => {
      if (failure) this.#webSocket.close(isTooLarge(failure) ? closeCodes['too-large'] : closeCodes['bad-utf8'])
      callback(failure, inflated)
    })
  }

  cleanup(): void {
    this.#fragments = undefined
  }
}

function isTooLarge(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
}

/** Lets the connection take compressed messages. To be called before anything is read from it. */
export function inflateMessagesOf(webSocket: WebSocket, maxMessageBytes: number): void {
  // `ws` has no public place for an extension but its own. A test fails if this one moves.
  const { _extensions } = webSocket as unknown as { readonly _extensions: Record<string, ReceivingExtension> }
  _extensions[permessageDeflate] = new Inflater(webSocket, maxMessageBytes)
}
