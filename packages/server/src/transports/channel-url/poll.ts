/** Polling and long polling: one answer from one position, with the same publications as on every stream (I6). */

import { BaroError, type Signal } from '@baro/core'
import type { Cancel, Clock, ResetReason } from '@baro/core/broker'
import { comparePositions, type Position } from '@baro/core/protocol'
import { type Batch, firstOf } from '../../delivery/batch.ts'
import { unencoded } from '../../delivery/dialect.ts'
import { batchBody, resetBody } from '../../delivery/encode/answer-bodies.ts'
import type { LiveReader } from '../../delivery/live-group.ts'
import type { Ticker } from '../../delivery/ticker.ts'
import type { Counters } from '../../observe/counters.ts'
import type { Who } from '../../observe/hub-events.ts'
import type { Observing } from '../../observe/observation.ts'
import type { Feed } from '../../stream/feed.ts'
import type { HeldRequests } from '../http/held-requests.ts'

/** The body of one answer, and what caches may know of it. */
export interface PollAnswer {
  readonly body: string | Uint8Array
  readonly position: Position
  /** The range is closed: the same question always gets the same answer. */
  readonly isClosed: boolean
  readonly isReset: boolean
}

/** Who polls, and who is told of it. */
export interface Polling {
  readonly counters: Counters
  readonly observing: Observing
  readonly who: Who
}

/** What follows a position: at most `limit` publications, or a reset with the newest snapshot. */
export async function poll(
  polling: Polling,
  feed: Feed,
  position: Position | undefined,
  limit: number,
): Promise<PollAnswer> {
  const found = await feed.after(position)
  if (found.outcome === 'reset') return resetAnswer(polling, feed, found.reason)
  const { counters, observing, who } = polling
  counters.recovered++
  const batch = firstOf(found.batch, limit)
  // Who finds nothing new is where it was, and asks again in a second: as an event it was a tenth of such a poll.
  if (!batch.isEmpty)
    observing.recovered?.({
      ...who,
      ...{ channel: feed.resolved.channel, offset: batch.position.offset, isLive: false },
      publications: batch.publications.length,
    })
  // An answer that does not move the reader is never a closed range, also if something came during the read: a cache
  // would repeat it for ever.
  return rangeAnswer(batch, batch.leadsOn && !feed.isHead(batch.position))
}

/** The newest snapshot, in place of what follows a position. */
export async function resetAnswer(
  { counters, observing, who }: Polling,
  feed: Feed,
  reason: ResetReason,
): Promise<PollAnswer> {
  counters.reset[reason]++
  const snapshot = await feed.loadSnapshot()
  const { position } = snapshot
  const offset = position.kind === 'at' ? position.offset : undefined
  observing.reset?.({ ...who, channel: feed.resolved.channel, reason, offset, isLive: false })
  return { body: resetBody(reason, snapshot), position: snapshot.position, isClosed: false, isReset: true }
}

/** What a wait needs of its hub. */
export interface WaitParts {
  readonly clock: Clock
  readonly ticker: Pick<Ticker, 'write'>
  readonly held: HeldRequests
}

/** How a request waits. */
export interface Wait {
  readonly waitMs: number
  /** Whether nobody waits for the answer any more. */
  isGone(): boolean
  /** Calls back when nobody waits any more. */
  whenGone(run: () => void): Cancel
  /** Whether the client is known to read, so that it is answered before others. */
  isKnown(): boolean
}

/**
 * {@link poll}, held until something follows the position or the wait is over. It is a live reader that leaves with its
 * first publications.
 */
export async function longPoll(
  parts: WaitParts & Polling,
  feed: Feed,
  position: Position | undefined,
  { limit, ...wait }: Wait & { readonly limit: number },
): Promise<PollAnswer> {
  let isStuck = false
  for (;;) {
    const now = await poll(parts, feed, position, limit)
    if (now.isReset || position?.kind !== 'at' || comparePositions(now.position, position) !== 'same') return now
    // Nothing can happen between this check and the join below, so a reader at the head misses nothing by waiting.
    if (feed.isHead(now.position)) {
      const came = await nextBatch(parts, feed, wait)
      if (came === undefined) return now
      if (came === 'stale') continue
      const batch = firstOf(came, limit)
      return rangeAnswer(batch, batch !== came)
    }
    // The first time, a publication may have come while the answer was on its way. A second time, it would go on for
    // ever.
    if (isStuck) throw new BaroError('unavailable', 'The broker does not give what follows this position. Try again.')
    isStuck = true
  }
}

/** Resolves at the next change of the channel, or when the wait is over. */
export async function waitForChange(parts: WaitParts, feed: Feed, wait: Wait): Promise<void> {
  await nextBatch(parts, feed, wait)
}

/**
 * The first batch with publications. If the wait ends before, it is the last batch that moved the position, if one did.
 */
function nextBatch({ clock, held, ticker }: WaitParts, feed: Feed, wait: Wait): Promise<Batch | 'stale' | undefined> {
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
    const reader: LiveReader<Batch, Signal> = {
      dialect: unencoded,
      deliver(batch) {
        came = batch
        // A batch without publications is no news. The request takes its position along when the wait is over.
        if (batch.isEmpty) return
        // Answered in turn: one publication may answer thousands of requests, and each answer is work.
        feed.leave(reader)
        ticker.write({ flush: giveUp }, wait.isKnown())
      },
      signal() {},
      stale: () => finish('stale'),
    }
    const cancel: Cancel = clock.after(wait.waitMs, giveUp)
    const forget = held.add(giveUp)
    const stopWatching: Cancel = wait.whenGone(giveUp)
    feed.join(reader)
  })
}

function rangeAnswer(batch: Batch, hasMore: boolean): PollAnswer {
  return { body: batchBody(batch, hasMore), position: batch.position, isClosed: hasMore, isReset: false }
}
