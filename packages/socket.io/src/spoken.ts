/** How the messages of a channel are told to clients of Socket.IO: encoded once for all of a namespace. */
import type { Publication, Signal } from '@baro/core'
import { positionAfter } from '@baro/core/protocol'
import { type Batch, type Dialect, madeOnce } from '@baro/server/parts'
import * as ws from 'ws'
import { argsOf, type Broadcast, parseBroadcastId, tagOf } from './broadcast-id.ts'
import type { Packet, WriteOptions } from './insides.ts'
import type { Step } from './trail.ts'

/** A packet that is ready to be written to any number of clients. */
export interface Encoded {
  readonly packet: Packet
  readonly pieces: readonly (string | Uint8Array)[]
  readonly options: WriteOptions
  /** What a WebSocket is sent, in one piece; absent for packets with bytes, and for those that may be dropped. */
  readonly frame: Uint8Array | undefined
  /** Its length, roughly: characters of the text, and bytes of what is attached. */
  readonly bytes: number
}

/** A publication, as clients of one namespace get it. */
export interface Spoken {
  readonly encoded: Encoded
  readonly step: Step
  readonly broadcast: Broadcast
  /** The id of its publication. */
  readonly id: string
}

/** A batch, as clients of one namespace get it. */
export interface SpokenBatch {
  readonly all: readonly Spoken[]
  readonly encoded: readonly Encoded[]
  /** The frames of all, in one piece; absent if one has none, or if one leaves somebody out. */
  readonly frames: Uint8Array | undefined
  /** Everybody gets all of it. */
  readonly isForAll: boolean
}

/** A signal. What it is encoded with depends on who gets it. */
export interface SpokenSignal {
  readonly data: Packet['data']
  readonly except: readonly string[]
  /** What it was encoded as, by the mark at its end. */
  readonly encodings: Map<string, Encoded>
}

/** Encodes packets of one namespace; `encode` is that of Socket.IO's parser. */
export class Speech {
  readonly dialect: Dialect<SpokenBatch, SpokenSignal>
  readonly #namespace: string
  readonly #tags = new Map<string, string>()
  readonly #encode: (packet: Packet) => readonly (string | Uint8Array)[]

  constructor(namespace: string, encode: (packet: Packet) => readonly (string | Uint8Array)[]) {
    this.#namespace = namespace
    this.#encode = encode
    const encodeBatch = (batch: Batch) => this.#spoken(batch)
    this.dialect = {
      encode: encodeBatch,
      encodeSignal: (signal) => this.#spokenSignal(signal),
    }
  }

  /** What a batch is encoded as: once, also for those who come back together. */
  of(batch: Batch): SpokenBatch {
    return madeOnce(batch, this.dialect.encode) ?? nothing
  }

  /** A packet with the mark at its end that its client gives back. */
  encode(data: Packet['data'], mark: string | undefined, isVolatile: boolean): Encoded {
    const packet: Packet = {
      type: eventPacket,
      nsp: this.#namespace,
      data: mark === undefined ? data : [...data, mark],
    }
    // The encoder takes the bytes out of the packet that it is given.
    const pieces = this.#encode({ ...packet })
    const options: WriteOptions = { preEncoded: true, volatile: isVolatile, compress: undefined }
    const [text] = pieces
    const frame = pieces.length === 1 && typeof text === 'string' ? frameOf(text) : undefined
    if (frame) options.wsPreEncodedFrame = [frame]
    return {
      packet,
      pieces,
      options,
      frame: isVolatile ? undefined : frame,
      bytes: pieces.reduce((sum, piece) => sum + piece.length, 0),
    }
  }

  /** A packet that asks its client for an acknowledgement. Its end is no text, so its client takes nothing for a mark. */
  encodeQuestion(packet: Packet): Encoded {
    const pieces = this.#encode({ ...packet, nsp: this.#namespace })
    const options: WriteOptions = { preEncoded: true, volatile: false, compress: undefined }
    return { packet, pieces, options, frame: undefined, bytes: pieces.reduce((sum, piece) => sum + piece.length, 0) }
  }

  /** A signal, or another packet that moves nobody, with the mark of its client where the client would take it for one. */
  encodeAside(data: Packet['data'], mark: string, isVolatile: boolean, encodings: Map<string, Encoded>): Encoded {
    // A client takes any text at the end of an event for its mark.
    const key = typeof data.at(-1) === 'string' && data.length > 1 ? mark : ''
    const known = encodings.get(key)
    if (known) return known
    const encoded = this.encode(data, key === '' ? undefined : mark, isVolatile)
    encodings.set(key, encoded)
    return encoded
  }

  #spoken({ channel, position: { epoch }, publications }: Batch): SpokenBatch {
    const tag = this.#tagOf(channel)
    const all = publications.map((publication): Spoken => {
      const broadcast = parseBroadcastId(publication.id)
      const position = positionAfter(epoch, publication)
      const mark = `${tag}.${position.offset}.${position.check}`
      const encoded = this.encode(dataOf(publication, broadcast), mark, false)
      return { encoded, step: { channel, position, mark }, broadcast, id: publication.id }
    })
    const encoded = all.map((one) => one.encoded)
    const isForAll = all.every(({ broadcast }) => broadcast.except.length === 0 && !broadcast.hasSiblings)
    return { all, encoded, frames: isForAll ? framesOf(encoded) : undefined, isForAll }
  }

  #tagOf(channel: string): string {
    const known = this.#tags.get(channel)
    if (known !== undefined) return known
    // Strangers may choose names.
    if (this.#tags.size >= maxTags) this.#tags.clear()
    const tag = tagOf(channel)
    this.#tags.set(channel, tag)
    return tag
  }

  #spokenSignal(signal: Signal): SpokenSignal {
    const broadcast = parseBroadcastId(`${signal.mark ?? ''}.`)
    return { data: dataOf(signal, broadcast), except: broadcast.except, encodings: new Map() }
  }
}

const eventPacket = 2

/** Tags of channels that are remembered. */
const maxTags = 10_000

const nothing: SpokenBatch = { all: [], encoded: [], frames: undefined, isForAll: true }

function dataOf({ type, payload }: Pick<Publication, 'type' | 'payload'>, broadcast: Broadcast): Packet['data'] {
  return [type, ...argsOf(payload, broadcast.arguments)]
}

/** The types of `ws` leave it out. */
interface FrameMaker {
  frame(data: Uint8Array, options: object): readonly Uint8Array[]
}

/** A frame of a WebSocket with a message of Engine.IO, as the adapter of Socket.IO makes it, but in one piece. */
function frameOf(text: string): Uint8Array {
  const { Sender } = ws as unknown as { readonly Sender: FrameMaker }
  const pieces = Sender.frame(Buffer.from(`4${text}`), {
    readOnly: false,
    mask: false,
    rsv1: false,
    opcode: 1,
    fin: true,
  })
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
}

function framesOf(all: readonly Encoded[]): Uint8Array | undefined {
  const [first] = all
  if (all.length === 1) return first?.frame
  const frames = all.flatMap(({ frame }) => (frame ? [frame] : []))
  if (frames.length < all.length) return undefined
  return Buffer.concat(frames)
}
