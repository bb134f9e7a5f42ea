import { encodeMessage, type Signal } from '@baro/core'
import type { Framing, SharedMessage } from '../ports/socket.ts'
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

const encodedBatches = new WeakMap<Batch, Map<Form, Uint8Array>>()

/** {@link Form.encode} for readers that come one by one: of thousands that come back together, most get the same batch. */
export function encodeOnce(form: Form, batch: Batch): Uint8Array {
  let encoded = encodedBatches.get(batch)
  if (!encoded) {
    encoded = new Map()
    encodedBatches.set(batch, encoded)
  }
  let bytes = encoded.get(form)
  if (!bytes) {
    bytes = form.encode(batch)
    encoded.set(form, bytes)
  }
  return bytes
}

/** The pieces of a frame around what is shared with others, in whatever way costs this framing least. */
export function frameShared(framing: Framing, message: SharedMessage): readonly Uint8Array[] {
  return framing.frameShared?.(message) ?? [framing.frame(message.head + message.shared + message.tail)]
}
