import type { Duplex, Writable } from 'node:stream'
import type { Cancel, Clock } from '@baro/core/broker'
import type { WebSocket } from 'ws'
import type { SessionLink } from '../../ports/socket.ts'
import { type FairTurns, partsOfTurn } from '../http/fair-turns.ts'
import { FrameScanner, type FrameWatch } from './frame-scanner.ts'
import { connectionOf, readStraight } from './straight.ts'
import { readMessage, wholeMessageAt } from './whole-message.ts'

/** What reading works with. */
export interface MeteredReadingParts {
  readonly clock: Clock
  readonly turns: Pick<FairTurns, 'begin'>
  /** Whose turn it is to be read from. */
  readonly address: string | undefined
  readonly maxMessageBytes: number
}

/** Frames that are passed on before others of the address, or of the event loop, have a look in. */
const framesAtOnce = 16

/**
 * Reads from a WebSocket as fast as the allowance of its link lets it (I7). Every frame is paid for before `ws` gets it:
 * messages, fragments, empty frames, pings. Above the allowance nothing is read from the connection, so its client can
 * send no more either, and nothing waits here but the rest of one chunk. Nobody is refused, only slower. What is paid for
 * is passed on in the turns of its address: so however many links it has, others do not wait for what they say.
 *
 *              a frame that takes more than there is
 *    reading ────────────────────────────────────────▶ waiting
 *       ▲                                                 │
 *       └──────── the clock, once there is enough ◀───────┘
 */
export class MeteredReading implements FrameWatch {
  readonly #parts: MeteredReadingParts
  readonly #webSocket: WebSocket
  readonly #stream: Duplex
  readonly #link: SessionLink
  readonly #scanner = new FrameScanner()
  /** What was read and may not be passed on yet. */
  #rest: Buffer | undefined
  #cancelWait: Cancel | undefined
  #isGone = false
  /** Whether the rest waits for a turn of its address. */
  #isInLine = false
  #frames = 0
  /** Whether the reader takes more, as it said last. */
  #takesMore = true
  /** What else goes on when the wait is over. */
  #whenOver: (() => void) | undefined

  constructor(parts: MeteredReadingParts, webSocket: WebSocket, stream: Duplex, link: SessionLink) {
    this.#parts = parts
    this.#webSocket = webSocket
    this.#stream = stream
    this.#link = link
    // `ws` offers no place between the connection and its reader. A test fails if this private field moves. It lets go
    // of the reader by itself, after a close frame and after a broken one.
    const receiver = receiverOf(webSocket)
    const take = (chunk: Buffer) => this.#take(receiver, chunk)
    receiver.write = take
    const connection = connectionOf(stream)
    if (connection) readStraight(connection, () => webSocket.readyState === webSocket.OPEN, take)
  }

  /** Whether nothing is read from the connection now. */
  get isWaiting(): boolean {
    return this.#cancelWait !== undefined
  }

  /** Pays for bytes that came to light after their frame was paid for. */
  spend(bytes: number): void {
    this.#wait(this.#link.spend(0, bytes))
  }

  /**
   * After an error `ws` throws away what else comes, until the other side closes too. That is paid for as well: read as
   * fast as it comes, half a gigabyte of it in five seconds kept the garbage collector busy.
   */
  throwAway(): void {
    this.#stream.on('data', ({ length }: Uint8Array) => {
      this.#wait(this.#link.spend(0, length))
      // `ws` has asked for more, whether the link was waiting or not.
      if (this.isWaiting) this.#webSocket.pause()
    })
  }

  /** Whether the connection has ended while something waited, which need not be done any more. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Calls `run` at once, or once there is enough again, or the connection has ended. One at a time. */
  whenEnough(run: () => void): void {
    if (this.isWaiting) this.#whenOver = run
    else run()
  }

  frameBegan(payloadBytes: number): void {
    this.#frames++
    // What is longer than a message may be is not read, whatever its head says.
    this.#wait(this.#link.spend(1, Math.min(payloadBytes, this.#parts.maxMessageBytes)))
  }

  #take(receiver: Writable, chunk: Buffer): boolean {
    if (!this.isWaiting && !this.#isInLine && !this.#isGone) return this.#pass(receiver, chunk)
    // When the connection has ended, `ws` reads what is left of it, as if there were no wait.
    if (!this.#stream.destroyed) this.#rest = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    return true
  }

  /** Passes on the frames that are paid for, at once or in the next turns. Returns whether the reader takes more. */
  #pass(receiver: Writable, chunk: Buffer): boolean {
    this.#rest = chunk
    this.#takesMore = true
    this.#begin(receiver)
    if (this.#isInLine) this.#webSocket.pause()
    return this.#takesMore
  }

  #begin(receiver: Writable): void {
    const { turns, address } = this.#parts
    this.#isInLine = true
    turns.begin(address, () => this.#passSome(receiver), partsOfTurn.reading)
  }

  /** Passes on some frames in this turn; keeps the rest. */
  #passSome(receiver: Writable): void {
    this.#isInLine = false
    const chunk = this.#rest
    this.#rest = undefined
    // After a close frame, or a broken one, nothing counts any more.
    if (!chunk || this.#stream.destroyed || !receiver.writable) return
    this.#frames = 0
    this.#readOn(receiver, chunk)
    if (this.isWaiting) return
    if (this.#rest) this.#begin(receiver)
    else if (this.#webSocket.isPaused) this.#webSocket.resume()
  }

  /**
   * The simple messages that a chunk begins with need no `ws`, for which a message is a dozen steps. From the first other
   * frame on, `ws` reads all of the chunk: after a close frame or a broken one nothing counts any more.
   */
  #readOn(receiver: Writable, chunk: Buffer): void {
    let [at, from] = [0, 0]
    // What `ws` still works on comes first, such as a message that is being inflated.
    while (from === at && at < chunk.length && this.#scanner.isBetweenMessages && receiver.writableLength === 0) {
      const message = this.#isEnough ? undefined : wholeMessageAt(chunk, at, this.#parts.maxMessageBytes)
      if (!message) break
      while (at < message.end) at = this.#scanner.read(chunk, at, this)
      const data = readMessage(chunk, message)
      if (data === undefined) break
      from = at
      this.#link.receive(data)
    }
    while (at < chunk.length && !(this.#isEnough && this.#scanner.isBetweenFrames))
      at = this.#scanner.read(chunk, at, this)
    if (at < chunk.length) this.#rest = chunk.subarray(at)
    if (at === from) return
    const paid = from === 0 && at === chunk.length ? chunk : chunk.subarray(from, at)
    this.#takesMore = Reflect.apply(writeOf(receiver), receiver, [paid])
  }

  /** Whether no further frame may be passed on now. */
  get #isEnough(): boolean {
    return this.isWaiting || this.#frames >= framesAtOnce
  }

  #wait(waitMs: number): void {
    if (waitMs === 0 || this.isWaiting || this.#isGone) return
    this.#webSocket.pause()
    const cancel = this.#parts.clock.after(waitMs, () => this.#goOn())
    // `ws` says that it is closed when it has read everything, for which it would have to wait.
    const gone = () => {
      this.#isGone = true
      this.#stopWaiting()
      this.#rest = undefined
      this.#runWaiting()
    }
    this.#stream.once('close', gone)
    this.#cancelWait = () => {
      cancel()
      this.#stream.off('close', gone)
    }
  }

  #stopWaiting(): void {
    this.#cancelWait?.()
    this.#cancelWait = undefined
  }

  #runWaiting(): void {
    const run = this.#whenOver
    this.#whenOver = undefined
    if (run) this.#parts.turns.begin(this.#parts.address, run, partsOfTurn.reading)
  }

  #goOn(): void {
    this.#stopWaiting()
    // Others may have spent what was to come.
    this.#wait(this.#link.spend(0, 0))
    if (this.isWaiting) return
    this.#runWaiting()
    const rest = this.#rest
    this.#rest = undefined
    if (rest) this.#take(receiverOf(this.#webSocket), rest)
    else this.#webSocket.resume()
  }
}

function receiverOf(webSocket: WebSocket): Writable {
  return (webSocket as unknown as { readonly _receiver: Writable })._receiver
}

/** The method of its class, which the one of its own hides. */
function writeOf(receiver: Writable): Writable['write'] {
  return Object.getPrototypeOf(receiver).write
}
