import { BaroError } from '@baro/core'
import type { FeedProgress } from '../ports/change-feed.ts'
import type { PostgresDriver, Queryable } from '../ports/driver.ts'
import { type DatabaseSnapshot, formatSnapshot, parseSnapshot } from '../snapshot/database-snapshot.ts'
import type { Capture, CaptureKind, CaptureLead, CaptureWork } from './capture.ts'
import { schema } from './schema.ts'
import { slotOf } from './slot-name.ts'
import { triggerMarks, unwatchTable, watchTable } from './watched-table.ts'

/** A {@link Capture} by triggers, which write into the log. The rounds of the log feed the rings, so leading is no work. */
export class TriggerCapture implements Capture {
  readonly kind = 'triggers'
  readonly thing = 'triggers'
  readonly #driver: PostgresDriver

  constructor(driver: PostgresDriver) {
    this.#driver = driver
  }

  async prepare(): Promise<void> {}

  async check(): Promise<void> {}

  marks(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return triggerMarks(this.#driver, names)
  }

  watch(tx: Queryable, name: string): Promise<void> {
    return watchTable(tx, name)
  }

  unwatch(tx: Queryable, name: string): Promise<void> {
    return unwatchTable(tx, name)
  }

  async hasBegun(feed: string, name: string): Promise<boolean> {
    const [row] = await this.#driver.query<{ begun: boolean }>(
      `select kind = 'triggers' and since <= case when is_finished then round + 1 else round end as begun
       from ${schema}.feed_tables join ${schema}.feeds using (feed) where feed = $1 and name = $2`,
      [feed, name],
    )
    return row?.begun === true
  }

  async progress(feed: string, table: string, seen: DatabaseSnapshot): Promise<FeedProgress | undefined> {
    const { kind, ...progress } = await logProgress(this.#driver, feed, table, seen)
    return kind === this.kind ? progress : undefined
  }

  async lead({ session, feed }: CaptureLead): Promise<CaptureWork> {
    // A slot that nobody reads keeps the log of the server for ever.
    const [slot] = await session.query<{ name: string }>(
      `with gone as (delete from ${schema}.streams where feed = $1)
       select slot_name::text as name from pg_replication_slots where slot_name = $2 and not active`,
      [feed, slotOf(feed)],
    )
    if (slot) await session.query('select pg_drop_replication_slot($1)::text', [slot.name])
    return { look() {}, async care() {}, async close() {} }
  }
}

/** How far the rounds of the log have come. A table of triggers waits as long as something of it is in no round. */
export async function logProgress(
  driver: Queryable,
  feed: string,
  table: string,
  seen: DatabaseSnapshot,
): Promise<FeedProgress & { readonly kind: CaptureKind }> {
  const [row] = await driver.query<{ finished: string; recorded: string; waits: boolean; kind: CaptureKind }>(
    `with progress as materialized (
       select kind, (case when is_finished then to_snapshot else from_snapshot end)::pg_snapshot as finished, to_snapshot as recorded
       from ${schema}.feeds where feed = $1
     )
     select kind, finished::text, recorded, exists (
       select from ${schema}.log
       where name = $2 and xid >= pg_snapshot_xmin(finished) and xid < pg_snapshot_xmax($3::text::pg_snapshot)
         and not pg_visible_in_snapshot(xid, finished) and pg_visible_in_snapshot(xid, $3::text::pg_snapshot)
     ) as waits
     from progress`,
    [feed, table, formatSnapshot(seen)],
  )
  if (!row) throw new BaroError('unavailable', 'The feed has not begun. Try again.')
  const { kind, finished, recorded, waits } = row
  return { kind, finished: parseSnapshot(finished), recorded: parseSnapshot(recorded), hasPassed: !waits }
}
