import type { Signal } from '@baro/core'
import type { Batch } from './batch.ts'

/**
 * How one kind of reader is told what happens. Readers are grouped by their dialect, compared by identity: each says a
 * batch once, however many readers there are.
 *
 * A dialect is which message says it, in which framing. A framing (`ports/socket.ts`) only puts the text of a message on
 * the wire of its transport; what the messages say is written in `encode/`.
 */
export interface Dialect<Said = Uint8Array, SaidSignal = Said> {
  /** `undefined` where there is nothing to say. */
  readonly encode: (batch: Batch) => Said | undefined
  /** `undefined` where such a reader has no place for a signal. */
  readonly encodeSignal: (signal: Signal) => SaidSignal | undefined
}

/** For readers in this process: they are handed the batch and the signal themselves, and no byte is made. */
export const unencoded: Dialect<Batch, Signal> = {
  encode: (batch) => (batch.leadsOn ? batch : undefined),
  encodeSignal: (signal) => signal,
}
