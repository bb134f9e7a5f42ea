/** Polling and long polling: one answer from one position, the same publications as on every stream (I6). */
import { type AtPosition, BaroError, type Cancel, formatPosition, type Position, positionAfter } from '@baro/core'
import { Batch } from '../../delivery/batch.ts'
import type { Form } from '../../delivery/form.ts'
import type { LiveReader } from '../../delivery/live-group.ts'
import type { HubParts } from '../../hub/hub-parts.ts'
import type { EncodedSnapshot } from '../../stream/channel-value.ts'
import type { Feed } from '../../stream/feed.ts'

/** The body of one answer, and what caches may know of it. */
export interface PollAnswer {
  readonly body: string | Uint8Array
  readonly position: AtPosition
  /** A closed range: the same question has the same answer for ever. */
  readonly isClosed: boolean
  readonly isReset: boolean
}

/** What follows a position: at most `limit` publications, or a reset with the newest snapshot. */
export async function poll(
  { counters }: HubParts,
  feed: Feed,
  position: Position | undefined,
  limit: number,
): Promise<PollAnswer> {
  const found = await feed.after(position)
  if (found.outcome === 'reset') {
    counters.reset[found.reason]++
    const snapshot = await feed.loadSnapshot()
    const body = `{"reset":"${found.reason}",${snapshotField(snapshot)}"publications":[],"position":"${formatPosition(snapshot.position)}"}`
    return { body, position: snapshot.position, isClosed: false, isReset: true }
  }
  counters.recovered++
  const batch = firstOf(found.batch, limit)
  // Nothing is no closed range, even if something has come while it was read: a cache would repeat it for ever.
  return rangeAnswer(batch, batch.publications.length > 0 && !feed.isHead(batch.position))
}

/** How a request waits. */
export interface Wait {
  readonly waitMs: number
  /** Whether nobody waits for the answer any more. */
  isGone(): boolean
  /** Calls back when that is so. */
  whenGone(run: () => void): Cancel
  /** Whether who waits is known to read, and goes on before others. */
  isKnown(): boolean
}

/**
 * {@link poll}, held until something follows the position or the wait is over. It is a reader that leaves with its first
 * publications.
 */
export async function longPoll(
  parts: HubParts,
  feed: Feed,
  position: Position | undefined,
  { limit, ...wait }: Wait & { readonly limit: number },
): Promise<PollAnswer> {
  let isStuck = false
  for (;;) {
    const now = await poll(parts, feed, position, limit)
    if (now.isReset || position?.kind !== 'at' || formatPosition(now.position) !== formatPosition(position)) return now
    // Asked here, where nothing can happen before the reader joins: who stands at the head misses nothing by waiting.
    if (feed.isHead(now.position)) {
      const came = await nextBatch(parts, feed, wait)
      if (came === undefined) return now
      if (came === 'stale') continue
      const batch = firstOf(came, limit)
      return rangeAnswer(batch, batch !== came)
    }
    // Once is a publication that came while the answer was on its way; twice would go on for ever.
    if (isStuck) throw new BaroError('unavailable', 'The broker does not give what follows this position. Try again.')
    isStuck = true
  }
}

/** Resolves at the next change of the channel, or when the wait is over. */
export async function waitForChange(parts: HubParts, feed: Feed, wait: Wait): Promise<void> {
  await nextBatch(parts, feed, wait)
}

/** The value of the channel at its position, as `{ snapshot, publications, position }`. */
export function snapshotBody(snapshot: EncodedSnapshot): string {
  return `{${snapshotField(snapshot)}"publications":[],"position":"${formatPosition(snapshot.position)}"}`
}

// A long poll takes the batch itself; it has no bytes to share but the list of publications, made once in the batch.
const noBytes = new Uint8Array(0)
const pollForm: Form = { encode: () => noBytes, encodeSignal: () => undefined }

function nextBatch({ clock, held, ticker }: HubParts, feed: Feed, wait: Wait): Promise<Batch | 'stale' | undefined> {
  if (wait.waitMs === 0 || wait.isGone() || !held.mayHold) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const finish = (answer: Batch | 'stale' | undefined) => {
      cancel()
      forget()
      feed.leave(reader)
      stopWatching()
      resolve(answer)
    }
    let came: Batch | undefined
    const giveUp = () => finish(came)
    const reader: LiveReader = {
      form: pollForm,
      deliver(_bytes, batch) {
        // In turn: one publication may go to thousands who wait, and to let one go on is work.
        feed.leave(reader)
        came = batch
        ticker.write({ flush: giveUp }, wait.isKnown())
      },
      signal: () => {},
      stale: () => finish('stale'),
    }
    const cancel: Cancel = clock.after(wait.waitMs, giveUp)
    const forget = held.add(giveUp)
    const stopWatching: Cancel = wait.whenGone(giveUp)
    feed.join(reader)
  })
}

function firstOf(batch: Batch, limit: number): Batch {
  if (batch.publications.length <= limit) return batch
  const publications = batch.publications.slice(0, limit)
  const last = publications.at(-1)
  const position = last ? positionAfter(batch.position.epoch, last) : batch.follows
  return new Batch(batch.channel, batch.follows, position, publications)
}

function rangeAnswer(batch: Batch, hasMore: boolean): PollAnswer {
  return {
    body: hasMore ? batch.closedBytes : batch.openBytes,
    position: batch.position,
    isClosed: hasMore,
    isReset: false,
  }
}

function snapshotField({ valueText }: EncodedSnapshot): string {
  return valueText === undefined ? '' : `"snapshot":${valueText},`
}
