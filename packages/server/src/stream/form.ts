import { encodeMessage, type Signal } from '@baro/core'
import type { Framing } from '../ports/socket.ts'
import type { Batch } from './batch.ts'

/**
 * What deliveries look like to one kind of reader, as bytes of its transport. Readers are grouped by it, compared by
 * identity: each kind is encoded once, however many readers there are.
 */
export interface Form {
  encode(batch: Batch): Uint8Array
  /** `undefined` where such a reader has no place for a signal. */
  encodeSignal(signal: Signal): Uint8Array | undefined
}

const sdkForms = new WeakMap<Framing, Form>()

/** The form of clients that speak PROTOCOL.md: one `baro:publications` message a batch, one `baro:signaled` a signal. */
export function sdkForm(framing: Framing): Form {
  let form = sdkForms.get(framing)
  if (!form) {
    form = {
      encode: (batch) =>
        framing.frame(
          `{"type":"baro:publications","payload":{"channel":${JSON.stringify(batch.channel)},${batch.fieldsText}}}`,
        ),
      encodeSignal: (signal) => framing.frame(encodeMessage({ type: 'baro:signaled', payload: signal })),
    }
    sdkForms.set(framing, form)
  }
  return form
}
