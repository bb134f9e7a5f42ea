import type { Signal } from '@baro/core'
import type { Batch } from './batch.ts'

/**
 * How one kind of reader is told what happens. Dialects are compared by identity, and a batch is encoded once for each
 * dialect, however many readers it has.
 *
 * A dialect chooses the messages and a framing. A framing (`ports/socket.ts`) only puts the text of a message on the
 * wire of its transport. The messages themselves are written in `encode/`.
 */
export interface Dialect<Said = Uint8Array, SaidSignal = Said> {
  /** What the readers get of a batch; `undefined` where there is nothing to say. */
  readonly encode: (batch: Batch) => Said | undefined
  /** What the readers get of a signal; `undefined` where such readers get none. */
  readonly encodeSignal: (signal: Signal) => SaidSignal | undefined
}

/** The dialect of readers in this process: they get the batch and the signal themselves, and no byte is made. */
export const unencoded: Dialect<Batch, Signal> = {
  encode: (batch) => (batch.leadsOn ? batch : undefined),
  encodeSignal: (signal) => signal,
}
