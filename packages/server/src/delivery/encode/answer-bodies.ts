/** The bodies that answer a GET of a channel: `{ snapshot?, publications, position, more?, reset? }`. */

import type { Publication } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import { type AtPosition, formatPosition } from '@baro/core/protocol'
import type { Batch } from '../batch.ts'
import { madeOnce } from '../made-once.ts'
import type { EncodedSnapshot } from './encoded-snapshot.ts'
import { type SharedPublications, sharedPublications, sharedSnapshot } from './shared-text.ts'
import { write } from './write.ts'

function rangeText(
  publications: readonly Publication[] | SharedPublications,
  position: AtPosition,
  hasMore: boolean,
): string {
  return write({ publications, position: formatPosition(position), more: hasMore || undefined }).text
}

const openRange = (batch: Batch) => Buffer.from(rangeText(sharedPublications(batch), batch.position, false))
const closedRange = (batch: Batch) => Buffer.from(rangeText(sharedPublications(batch), batch.position, true))

/** A batch as the answer to a poll, one buffer for all who ask; `hasMore` if something follows it already. */
export function batchBody(batch: Batch, hasMore: boolean): Uint8Array {
  const range = hasMore ? closedRange : openRange
  // Nearly all polls find nothing, each with a batch of its own. Writing that costs less than keeping it.
  return batch.isEmpty ? range(batch) : madeOnce(batch, range)
}

/** Publications that were read for one request, and the position to go on from. */
export function rangeBody(publications: readonly Publication[], position: AtPosition, hasMore: boolean): string {
  return rangeText(publications, position, hasMore)
}

const plainSnapshot = (snapshot: EncodedSnapshot) => Buffer.from(snapshotText(undefined, snapshot))
const plainState = ({ valueText }: EncodedSnapshot) => Buffer.from(valueText ?? 'null')

/** The value of a channel at its position, one buffer for all who ask. */
export function snapshotBody(snapshot: EncodedSnapshot): Uint8Array {
  return madeOnce(snapshot, plainSnapshot)
}

/** The value alone, one buffer for all who ask. */
export function stateBody(snapshot: EncodedSnapshot): Uint8Array {
  return madeOnce(snapshot, plainState)
}

/** The answer to a position that cannot be continued: the value to start again from, if the channel has one. */
export function resetBody(reason: ResetReason, snapshot: EncodedSnapshot): string {
  return snapshotText(reason, snapshot)
}

function snapshotText(reset: ResetReason | undefined, snapshot: EncodedSnapshot): string {
  const position = formatPosition(snapshot.position)
  return write({ reset, snapshot: sharedSnapshot(snapshot), publications: [], position }).text
}
