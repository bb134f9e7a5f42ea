/** Told of the frames that are found. */
export interface FrameWatch {
  /** A frame has begun: its head has come, and its payload is so long. */
  frameBegan(payloadBytes: number): void
}

/**
 * Finds where frames begin in the bytes of a connection (RFC 6455 §5.2), however the bytes are cut. It checks nothing:
 * `ws` reads the same bytes after it, and refuses what breaks the rules.
 *
 *   between frames ── first byte ──▶ head ── its last byte: the frame has begun ──▶ rest ── all of it ──▶ between frames
 */
export class FrameScanner {
  /** Bytes of the head that are still to come after the second; `undefined` outside of a head. */
  #headLeft: number | undefined
  /** Whether the second byte of the head has come. */
  #isLengthKnown = false
  #payloadBytes = 0
  #isMasked = false
  /** Bytes of the frame that come after its head: the mask and the payload. */
  #rest = 0

  /** Whether fragments of a message have come, and its end has not. */
  #isFragmented = false

  /** Whether the next byte is the first of a frame. */
  get isBetweenFrames(): boolean {
    return this.#rest === 0 && this.#headLeft === undefined
  }

  /** Whether the next byte is the first of a frame, and no message is open whose next fragment that may be. */
  get isBetweenMessages(): boolean {
    return this.isBetweenFrames && !this.#isFragmented
  }

  /** Reads on from `at`: up to the end of a frame or of its head, or of the bytes. Returns where that is. */
  read(bytes: Uint8Array, at: number, watch: FrameWatch): number {
    if (this.#rest > 0) {
      const skipped = Math.min(this.#rest, bytes.length - at)
      this.#rest -= skipped
      return at + skipped
    }
    let end = at
    while (end < bytes.length) {
      this.#readHead(bytes[end++] ?? 0)
      if (this.#headLeft !== 0) continue
      this.#headLeft = undefined
      this.#isLengthKnown = false
      this.#rest = this.#payloadBytes + (this.#isMasked ? 4 : 0)
      watch.frameBegan(this.#payloadBytes)
      break
    }
    return end
  }

  #readHead(byte: number): void {
    if (this.#headLeft === undefined) {
      this.#headLeft = 1
      // Control frames may come between the fragments of a message.
      if ((byte & 0x0f) < 8) this.#isFragmented = byte < 0x80
    } else if (!this.#isLengthKnown) {
      this.#isLengthKnown = true
      this.#isMasked = byte >= 128
      const length = byte & 127
      this.#payloadBytes = length < 126 ? length : 0
      this.#headLeft = length < 126 ? 0 : length === 126 ? 2 : 8
    } else {
      this.#payloadBytes = this.#payloadBytes * 256 + byte
      this.#headLeft--
    }
  }
}
