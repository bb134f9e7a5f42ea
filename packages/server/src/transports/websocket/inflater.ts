import { constants, inflateRawSync } from 'node:zlib'
import { closeCodes } from '@baro/core/protocol'
import type { WebSocket } from 'ws'
import { permessageDeflate } from './deflate-offer.ts'
import type { MeteredReading } from './metered-reading.ts'

/** The bytes that a sender leaves out at the end of each message (RFC 7692 §7.2.2). */
const trailer = Buffer.from([0x00, 0x00, 0xff, 0xff])

type Inflated = (error: Error | undefined, bytes: Buffer | undefined) => void

/** What `ws` calls on the extension of a connection. */
interface ReceivingExtension {
  decompress(data: Buffer, isFinal: boolean, callback: Inflated): void
  cleanup(): void
}

/**
 * Inflates what a client sends, message by message, and keeps nothing in between. The extension of `ws` keeps a zlib
 * stream for each connection that has sent something compressed, and a browser's first message is. Measured: that costs
 * 20 kB for an idle connection and 0.3 ms of work; this costs 0.2 kB and less than 0.1 ms.
 */
class Inflater implements ReceivingExtension {
  readonly #webSocket: WebSocket
  readonly #maxMessageBytes: number
  readonly #reading: MeteredReading
  /** Earlier fragments of the message. `ws` bounds their size. */
  #fragments: Buffer[] | undefined

  constructor(webSocket: WebSocket, maxMessageBytes: number, reading: MeteredReading) {
    this.#webSocket = webSocket
    this.#maxMessageBytes = maxMessageBytes
    this.#reading = reading
  }

  /** Nothing is inflated while the link may not bring more; `ws` reads no further until the callback is called. */
  decompress(data: Buffer, isFinal: boolean, callback: Inflated): void {
    this.#reading.whenEnough(() => this.#inflate(data, isFinal, callback))
  }

  #inflate(data: Buffer, isFinal: boolean, callback: Inflated): void {
    let inflated = Buffer.alloc(0)
    let failure: Error | undefined
    if (this.#reading.isGone) failure = new Error('nobody waits for it')
    else if (isFinal) {
      const fragments = this.#fragments ?? []
      this.#fragments = undefined
      try {
        inflated = inflateRawSync(Buffer.concat([...fragments, data, trailer]), {
          finishFlush: constants.Z_SYNC_FLUSH,
          // Bounds the work: a few bytes that inflate to gigabytes cost no more than the longest message.
          maxOutputLength: this.#maxMessageBytes,
        })
      } catch (error) {
        failure = error as Error
      }
      this.#reading.spend(isTooLarge(failure) ? this.#maxMessageBytes : inflated.length)
    } else {
      this.#fragments ??= []
      this.#fragments.push(data)
    }
    // On the next tick, because `ws` does not expect the callback before this call returns.
    process.nextTick(() => {
      if (failure) this.#webSocket.close(isTooLarge(failure) ? closeCodes['too-large'] : closeCodes['bad-utf8'])
      callback(failure, inflated)
    })
  }

  cleanup(): void {
    this.#fragments = undefined
  }
}

function isTooLarge(error: Error | undefined): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_BUFFER_TOO_LARGE'
}

/** Lets a connection take compressed messages. Call it before anything is read from the connection. */
export function inflateMessagesOf(webSocket: WebSocket, maxMessageBytes: number, reading: MeteredReading): void {
  // `ws` takes no foreign extension through its public interface. A test fails if this private field moves.
  const { _extensions } = webSocket as unknown as { readonly _extensions: Record<string, ReceivingExtension> }
  _extensions[permessageDeflate] = new Inflater(webSocket, maxMessageBytes, reading)
}
