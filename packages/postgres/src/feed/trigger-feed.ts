import type { Log } from '@baro/core'
import { BaroError } from '@baro/core'
import type { Broker, Clock, DatabaseEntry, HistoryBounds, Randomness } from '@baro/core/broker'
import type { ChangeFeed, FeedProgress } from '../ports/change-feed.ts'
import type { PostgresDriver } from '../ports/driver.ts'
import { type DatabaseSnapshot, formatSnapshot, parseSnapshot } from '../snapshot/database-snapshot.ts'
import type { TableShape } from '../table/table.ts'
import { feedName } from './feed-name.ts'
import { Leader } from './leader.ts'
import { installSchema, schema } from './schema.ts'
import { checkTable, triggerMarks, watchTable } from './watched-table.ts'

/** What a trigger feed works with. */
export interface TriggerFeedParts {
  readonly driver: PostgresDriver
  readonly broker: Broker
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly tables: readonly (TableShape & { readonly history: HistoryBounds })[]
  readonly pollIntervalMs: number
  readonly careIntervalMs: number
  /** Appends what was published in transactions, if the cursor of the channel is smaller. */
  publish(channel: string, entries: readonly DatabaseEntry[], cursor: number): Promise<void>
}

/** How long somebody waits for a table to begin. */
const beginTimeoutMs = 10_000
const beginPollMs = 20

/** For a table that another node asked for, and this one does not know. */
const ordinaryBounds: HistoryBounds = { size: 10_000, ttlMs: 86_400_000, bytes: 16 << 20 }

/** A {@link ChangeFeed} by triggers, which write into a log. */
export class TriggerFeed implements ChangeFeed {
  readonly #parts: TriggerFeedParts
  readonly #leader: Promise<Leader>
  readonly #ready = new Map<string, Promise<void>>()
  /** Tables that this node has given their triggers. */
  readonly #watched = new Set<string>()
  #installed: Promise<void> | undefined
  #feed: Promise<string>
  #isClosed = false

  constructor(parts: TriggerFeedParts) {
    this.#parts = parts
    const { driver, broker, clock, log, pollIntervalMs, careIntervalMs, tables } = parts
    this.#feed = feedName(broker, clock, parts.randomness)
    this.#leader = this.#feed.then(
      (feed) =>
        new Leader({
          ...{ driver, broker, clock, log, pollIntervalMs, careIntervalMs, feed, randomness: parts.randomness },
          boundsOf: (name) => tables.find((table) => table.name === name)?.history ?? ordinaryBounds,
          publish: parts.publish,
          // Each time it begins to lead: somebody may have dropped what was there.
          prepare: () => driver.transaction('read committed', installSchema),
          inspect: () => this.#inspect(feed),
          lifeChanged: async () => {
            await driver.query(`update ${schema}.feed_tables set since = null where feed = $1`, [feed])
          },
        }),
    )
    // Whoever uses it is told.
    this.#leader.catch(() => {})
  }

  start(): void {
    for (const { name } of this.#parts.tables)
      this.ready(name).catch((error: Error) => {
        if (!this.#isClosed)
          this.#parts.log.error({}, `The table ${JSON.stringify(name)} cannot be followed yet: ${error.message}`)
      })
    this.#leader.then((leader) => this.#isClosed || leader.start()).catch(() => {})
  }

  ready(table: string): Promise<void> {
    const before = this.#ready.get(table)
    if (before) return before
    const ready = this.#begin(table)
    this.#ready.set(table, ready)
    // The next one who asks tries again: somebody may have mended it.
    ready.catch(() => this.#ready.delete(table))
    return ready
  }

  async epoch(): Promise<string> {
    await this.#install()
    const [row] = await this.#parts.driver.query<{ epoch: string }>(`select epoch from ${schema}.life`)
    if (!row) throw new BaroError('unavailable', `The schema "${schema}" is gone from the database. Restart the hub.`)
    return row.epoch
  }

  async progress(table: string, seen: DatabaseSnapshot): Promise<FeedProgress> {
    const feed = await this.#feed
    const [row] = await this.#parts.driver.query<{ finished: string; recorded: string; waits: boolean }>(
      `with progress as materialized (
         select (case when is_finished then to_snapshot else from_snapshot end)::pg_snapshot as finished, to_snapshot as recorded
         from ${schema}.feeds where feed = $1
       )
       select finished::text, recorded, exists (
         select from ${schema}.log
         where name = $2 and xid >= pg_snapshot_xmin(finished) and xid < pg_snapshot_xmax($3::text::pg_snapshot)
           and not pg_visible_in_snapshot(xid, finished) and pg_visible_in_snapshot(xid, $3::text::pg_snapshot)
       ) as waits
       from progress`,
      [feed, table, formatSnapshot(seen)],
    )
    if (!row) throw new BaroError('unavailable', 'The feed has not begun. Try again.')
    return { finished: parseSnapshot(row.finished), recorded: parseSnapshot(row.recorded), hasPassed: !row.waits }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    // A table that begins may be getting its triggers.
    await Promise.allSettled(this.#ready.values())
    await this.#leader.then((leader) => leader.close()).catch(() => {})
  }

  async #install(): Promise<void> {
    this.#installed ??= this.#parts.driver.transaction('read committed', installSchema)
    this.#installed.catch(() => {
      this.#installed = undefined
    })
    await this.#installed
  }

  /** Checks a table, gives it its triggers, and waits until the leader has begun it. */
  async #begin(name: string): Promise<void> {
    const { driver, tables, clock } = this.#parts
    const table = tables.find((one) => one.name === name)
    if (!table) throw new BaroError('bad-definition', `No table ${JSON.stringify(name)} is defined.`)
    const feed = await this.#feed
    await this.#install()
    await checkTable(driver, table)
    await this.#watch(feed, name)
    const leader = await this.#leader
    leader.wake()
    const until = clock.elapsed() + beginTimeoutMs
    while (!(await this.#hasBegun(feed, name))) {
      if (this.#isClosed || clock.elapsed() > until)
        throw new BaroError('unavailable', `Nobody feeds the changes of ${JSON.stringify(name)} yet. Try again.`)
      await new Promise<void>((resolve) => clock.after(beginPollMs, resolve))
    }
  }

  async #hasBegun(feed: string, name: string): Promise<boolean> {
    const [row] = await this.#parts.driver.query<{ begun: boolean }>(
      `select since <= case when is_finished then round + 1 else round end as begun
       from ${schema}.feed_tables join ${schema}.feeds using (feed) where feed = $1 and name = $2`,
      [feed, name],
    )
    return row?.begun === true
  }

  async #watch(feed: string, name: string): Promise<void> {
    const { driver } = this.#parts
    if (!(await triggerMarks(driver, [name])).has(name))
      await driver.transaction('read committed', (tx) => watchTable(tx, name))
    const mark = (await triggerMarks(driver, [name])).get(name)
    if (mark === undefined)
      throw new BaroError('unavailable', `The triggers of ${JSON.stringify(name)} were dropped at once. Try again.`)
    await driver.query(
      `with feed as (
         insert into ${schema}.feeds (feed, from_snapshot, to_snapshot)
         values ($1, pg_current_snapshot()::text, pg_current_snapshot()::text) on conflict do nothing
       )
       insert into ${schema}.feed_tables as kept (feed, name, mark) values ($1, $2, $3)
       on conflict (feed, name) do update set mark = excluded.mark, since = null where kept.mark <> excluded.mark`,
      [feed, name, mark],
    )
    this.#watched.add(name)
  }

  /** Puts back what somebody dropped or disabled. What was changed meanwhile nobody knows, so the table begins again. */
  async #inspect(feed: string): Promise<void> {
    const { driver, log } = this.#parts
    const kept = await driver.query<{ name: string; mark: string }>(
      `select name, mark from ${schema}.feed_tables where feed = $1`,
      [feed],
    )
    // One that is not kept any more went with the schema.
    const known = new Map<string, string | undefined>([...this.#watched].map((name) => [name, undefined]))
    for (const { name, mark } of kept) known.set(name, mark)
    const marks = await triggerMarks(driver, [...known.keys()])
    for (const [name, mark] of known) {
      if (mark !== undefined && marks.get(name) === mark) continue
      try {
        await this.#watch(feed, name)
        log.warn(
          {},
          `The triggers of ${JSON.stringify(name)} were dropped or disabled: they are back, and whoever follows the table gets its rows anew.`,
        )
      } catch (error) {
        log.error(
          {},
          `The changes of ${JSON.stringify(name)} are not told, because its triggers cannot be put back: ${(error as Error).message}`,
        )
      }
    }
  }
}
