import type { Duplex } from 'node:stream'
import type { Cancel, Clock } from '@baro/core/broker'
import type { SessionLink } from '../../ports/socket.ts'
import { type FairTurns, partsOfTurn } from '../http/fair-turns.ts'
import { FrameScanner, type FrameWatch } from './frame-scanner.ts'
import { Inflater } from './inflater.ts'
import { type FrameListener, type FrameReader, readFrames } from './other-frames.ts'
import { connectionOf, readStraight } from './straight.ts'
import { readMessage, wholeMessageAt } from './whole-message.ts'

/** What all reading works with. */
export interface MeteredReadingParts {
  readonly clock: Clock
  readonly turns: Pick<FairTurns, 'begin'>
  readonly maxMessageBytes: number
}

/** What is read, and who is told what the frames say. */
export interface ReadFrom extends FrameListener {
  readonly stream: Duplex
  /** Whose turn it is to be read from. */
  readonly address: string | undefined
  /** Whether it was agreed that messages may be compressed. */
  readonly isDeflated: boolean
  /** Pays for what comes. */
  readonly link: Pick<SessionLink, 'spend'>
}

/** Frames that are passed on before others of the address, or of the event loop, have a look in. */
const framesAtOnce = 16

/**
 * Reads from a WebSocket as fast as the allowance of its link lets it (I7). Every frame is paid for before it is read:
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
  readonly #from: ReadFrom
  readonly #scanner = new FrameScanner()
  /** Reads what is no simple message. Made at first use, because most clients send nothing else. */
  #otherFrames: FrameReader | undefined
  /** What was read and may not be passed on yet. */
  #rest: Buffer | undefined
  #cancelWait: Cancel | undefined
  /** Whether nothing counts any more that comes, since a close frame or a broken one. */
  #isOver = false
  #isGone = false
  #isPaused = false
  /** Whether the rest waits for a turn of its address. */
  #isInLine = false
  #frames = 0
  /** What else goes on when the wait is over. */
  #whenOver: (() => void) | undefined

  constructor(parts: MeteredReadingParts, from: ReadFrom) {
    const { stream } = from
    this.#parts = parts
    this.#from = from
    const take = (chunk: Buffer) => this.#take(chunk)
    stream.on('data', take)
    const connection = connectionOf(stream)
    if (connection) readStraight(connection, take)
  }

  /** Whether nothing is read from the connection now. */
  get isWaiting(): boolean {
    return this.#cancelWait !== undefined
  }

  /**
   * Nothing counts any more. What else comes, until the other side ends too, is thrown away, and paid for as well: read as
   * fast as it comes, half a gigabyte of it in five seconds kept the garbage collector busy.
   */
  over(): void {
    this.#isOver = true
    this.#rest = undefined
    if (!this.isWaiting) this.#resume()
  }

  /** The connection has ended: what waited need not be done any more. */
  gone(): void {
    this.#isGone = true
    this.#stopWaiting()
    this.#rest = undefined
    this.#runWaiting()
  }

  frameBegan(payloadBytes: number): void {
    this.#frames++
    // What is longer than a message may be is not read, whatever its head says.
    this.#wait(this.#from.link.spend(1, Math.min(payloadBytes, this.#parts.maxMessageBytes)))
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) this.#wait(this.#from.link.spend(0, chunk.length))
    else if (this.isWaiting || this.#isInLine) this.#rest = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    else this.#pass(chunk)
  }

  /** Passes on the frames that are paid for, at once or in the next turns. */
  #pass(chunk: Buffer): void {
    this.#rest = chunk
    this.#begin()
    if (this.#isInLine) this.#pause()
  }

  #begin(): void {
    this.#isInLine = true
    this.#parts.turns.begin(this.#from.address, () => this.#passSome(), partsOfTurn.reading)
  }

  /** Passes on some frames in this turn; keeps the rest. */
  #passSome(): void {
    this.#isInLine = false
    const chunk = this.#rest
    this.#rest = undefined
    // A reader that has failed says so a little later.
    if (!chunk || this.#isGone || this.#isOver || this.#otherFrames?.writable === false) return
    this.#frames = 0
    this.#readOn(chunk)
    if (this.isWaiting) return
    if (this.#rest) this.#begin()
    else if (this.#isPaused) this.#resume()
  }

  /**
   * The simple messages that a chunk begins with are read here, because for `ws` a message is a dozen steps. From the first
   * other frame on, `ws` reads all of the chunk: after a close frame or a broken one nothing counts any more.
   */
  #readOn(chunk: Buffer): void {
    let [at, from] = [0, 0]
    // What `ws` still works on comes first, such as a message that is being inflated.
    while (from === at && at < chunk.length && this.#scanner.isBetweenMessages && !this.#otherFrames?.writableLength) {
      const message = this.#isEnough ? undefined : wholeMessageAt(chunk, at, this.#parts.maxMessageBytes)
      if (!message) break
      while (at < message.end) at = this.#scanner.read(chunk, at, this)
      const data = readMessage(chunk, message)
      if (data === undefined) break
      from = at
      this.#from.message(data)
    }
    while (at < chunk.length && !(this.#isEnough && this.#scanner.isBetweenFrames))
      at = this.#scanner.read(chunk, at, this)
    if (at < chunk.length) this.#rest = chunk.subarray(at)
    if (at === from) return
    this.#otherFrames ??= this.#readFrames()
    const hasRoom = this.#otherFrames.write(from === 0 && at === chunk.length ? chunk : chunk.subarray(from, at))
    if (!hasRoom && !this.#isOver) this.#from.stream.pause()
  }

  #readFrames(): FrameReader {
    const { maxMessageBytes } = this.#parts
    const inflater = new Inflater({
      maxMessageBytes,
      whenEnough: (run) => this.#whenEnough(run),
      isGone: () => this.#isGone,
      spend: (bytes) => this.#wait(this.#from.link.spend(0, bytes)),
    })
    const reader = readFrames(this.#from, maxMessageBytes, this.#from.isDeflated ? inflater : undefined)
    reader.on('drain', () => {
      if (!this.#isPaused) this.#resume()
    })
    return reader
  }

  /** Calls `run` at once, or once there is enough again, or the connection has ended. One at a time. */
  #whenEnough(run: () => void): void {
    if (this.isWaiting) this.#whenOver = run
    else run()
  }

  /** Whether no further frame may be passed on now. */
  get #isEnough(): boolean {
    return this.isWaiting || this.#frames >= framesAtOnce
  }

  #wait(waitMs: number): void {
    if (waitMs === 0 || this.isWaiting || this.#isGone) return
    this.#pause()
    this.#cancelWait = this.#parts.clock.after(waitMs, () => this.#goOn())
  }

  #stopWaiting(): void {
    this.#cancelWait?.()
    this.#cancelWait = undefined
  }

  #runWaiting(): void {
    const run = this.#whenOver
    this.#whenOver = undefined
    if (run) this.#parts.turns.begin(this.#from.address, run, partsOfTurn.reading)
  }

  #goOn(): void {
    this.#stopWaiting()
    // Others may have spent what was to come.
    this.#wait(this.#from.link.spend(0, 0))
    if (this.isWaiting) return
    this.#runWaiting()
    const rest = this.#rest
    this.#rest = undefined
    if (rest) this.#pass(rest)
    else this.#resume()
  }

  #pause(): void {
    this.#isPaused = true
    this.#from.stream.pause()
  }

  #resume(): void {
    this.#isPaused = false
    if (this.#isOver || !this.#otherFrames?.writableNeedDrain) this.#from.stream.resume()
  }
}
