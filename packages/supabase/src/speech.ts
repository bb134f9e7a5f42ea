/** How what happens in a channel is told to the clients of a topic: encoded once for all who speak the same serializer. */
import type { Signal } from '@baro/core'
import { type Batch, type Dialect, madeOnce } from '@baro/server/parts'
import type { Broadcast } from './wire/frame.ts'
import type { Serializer } from './wire/serializer.ts'

/** A batch, as the clients of a topic get it. */
export interface Spoken {
  readonly all: readonly { readonly id: string; readonly frame: Uint8Array }[]
  /** The frames of all, in one piece. */
  readonly together: Uint8Array
}

/** A signal, as the clients of a topic get it. */
export interface SpokenSignal {
  readonly frame: Uint8Array
  readonly mark: string | undefined
}

/** The dialect of one topic, as clients write it, in one serializer. */
export class Speech {
  readonly dialect: Dialect<Spoken, SpokenSignal>
  readonly #topic: string
  readonly #serializer: Serializer

  constructor(topic: string, serializer: Serializer) {
    this.#topic = topic
    this.#serializer = serializer
    this.dialect = {
      encode: (batch) => this.#spoken(batch),
      encodeSignal: (signal) => this.#spokenSignal(signal),
    }
  }

  /** What a batch is encoded as; once, also for those who join together. */
  of(batch: Batch): Spoken | undefined {
    return madeOnce(batch, this.dialect.encode)
  }

  broadcast(broadcast: Broadcast): Uint8Array {
    return this.#serializer.encodeBroadcast(this.#topic, broadcast)
  }

  #spoken({ publications }: Batch): Spoken | undefined {
    if (publications.length === 0) return undefined
    const all = publications.map(({ id, type: event, payload }) => ({
      id,
      frame: this.broadcast({ event, payload, meta: { id } }),
    }))
    const [first] = all
    return { all, together: all.length === 1 && first ? first.frame : Buffer.concat(all.map(({ frame }) => frame)) }
  }

  #spokenSignal({ type: event, payload, mark }: Signal): SpokenSignal {
    return { frame: this.broadcast({ event, payload }), mark }
  }
}

/** Topics of clients that are remembered. */
const maxSpeeches = 10_000

/** Keeps one speech for each topic and serializer, so that a batch is encoded once for all who follow it. */
export class Speeches {
  readonly #all = new Map<Serializer, Map<string, Speech>>()

  of(topic: string, serializer: Serializer): Speech {
    const own = this.#all.get(serializer) ?? new Map<string, Speech>()
    this.#all.set(serializer, own)
    const known = own.get(topic)
    if (known) return known
    // Strangers may choose topics. Who is in one keeps its speech.
    if (own.size >= maxSpeeches) own.clear()
    const speech = new Speech(topic, serializer)
    own.set(topic, speech)
    return speech
  }
}
