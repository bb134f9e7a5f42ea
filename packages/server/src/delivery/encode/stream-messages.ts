/** The messages on a channel's own stream, for code that does not use our client: `{ type, payload, position, … }`. */

import type { Publication, Signal } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import { formatPosition } from '@baro/core/protocol'
import type { EncodedSnapshot } from './encoded-snapshot.ts'
import { sharedSnapshot } from './shared-text.ts'
import { type EveryField, type Written, write } from './write.ts'

/** A publication, with the position right after it. */
export function publicationText({ type, payload, offset, id, time, by }: Publication, position: string): string {
  const fields = { type, payload, position, offset, id, time, by }
  return JSON.stringify(fields satisfies EveryField<Publication & { readonly position: string }>)
}

/** A signal, without its channel, which is that of the stream, and without its mark, which is for gateways. */
export function signalText({ type, payload, by }: Signal): string {
  return JSON.stringify({ type, payload, by } satisfies EveryField<Omit<Signal, 'channel' | 'to' | 'key' | 'mark'>>)
}

/** A reset, with the value to start again from. */
export function resetText(reason: ResetReason, snapshot: EncodedSnapshot): Written {
  const payload = write({ reason, snapshot: sharedSnapshot(snapshot) })
  return write({ type: 'baro:reset', payload, position: formatPosition(snapshot.position) })
}

/** A message without a position: an answer, an error. */
export function asideText(type: string, payload: object): string {
  return JSON.stringify({ type, payload })
}
