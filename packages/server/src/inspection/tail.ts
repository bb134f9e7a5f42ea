import type { Signal } from '@baro/core'
import type { Batch } from '../delivery/batch.ts'
import { unencoded } from '../delivery/dialect.ts'
import type { LiveReader } from '../delivery/live-group.ts'
import type { Feed } from '../stream/feed.ts'
import type { TailTold } from './inspection.ts'
import { privateNamesOf, shown, shownPublication } from './shown.ts'

/** Joins the live readers of a feed, as nobody: no session, no rule, no hook. Returns how to leave. */
export function tail(feed: Feed, told: TailTold): () => void {
  const privateNames = privateNamesOf(feed.resolved)
  const reader: LiveReader<Batch, Signal> = {
    dialect: unencoded,
    deliver: (batch) => told.published(batch.publications.map((one) => shownPublication(one, privateNames))),
    signal: ({ type, by, to, payload }) => told.signalled({ type, by, to, payload: shown(payload, privateNames) }),
    stale() {
      told.begunAnew()
      feed.join(reader as LiveReader)
    },
  }
  feed.join(reader as LiveReader)
  return () => feed.leave(reader as LiveReader)
}
