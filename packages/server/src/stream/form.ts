import type { Framing } from '../ports/socket.ts'
import type { Batch } from './batch.ts'

/**
 * What deliveries look like to one kind of reader, as bytes of its transport. Readers are grouped by it, compared by
 * identity: each kind is encoded once, however many readers there are.
 */
export interface Form {
  encode(batch: Batch): Uint8Array
}

const sdkForms = new WeakMap<Framing, Form>()

/** The form of clients that speak PROTOCOL.md: one `baro:publications` message a batch. */
export function sdkForm(framing: Framing): Form {
  let form = sdkForms.get(framing)
  if (!form) {
    form = {
      encode: (batch) =>
        framing.frame(
          `{"type":"baro:publications","payload":{"channel":${JSON.stringify(batch.channel)},${batch.fieldsText}}}`,
        ),
    }
    sdkForms.set(framing, form)
  }
  return form
}
