import type { Log } from '@baro/core'
import { BaroError } from '@baro/core'
import type { Broker, Clock, DatabaseEntry, HistoryBounds, Randomness } from '@baro/core/broker'
import type { ChangeFeed, FeedProgress } from '../ports/change-feed.ts'
import type { PostgresDriver } from '../ports/driver.ts'
import type { DatabaseSnapshot } from '../snapshot/database-snapshot.ts'
import type { TableShape } from '../table/table.ts'
import type { Capture } from './capture.ts'
import { feedName } from './feed-name.ts'
import { Leader } from './leader.ts'
import { installSchema, schema } from './schema.ts'
import { logProgress, otherCapture } from './trigger-capture.ts'
import { checkTable } from './watched-table.ts'

/** What a feed works with. */
export interface DatabaseFeedParts {
  readonly driver: PostgresDriver
  readonly broker: Broker
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly tables: readonly (TableShape & { readonly history: HistoryBounds })[]
  readonly pollIntervalMs: number
  readonly careIntervalMs: number
  /** Whether whoever writes wakes the hubs. */
  readonly notifies: boolean
  /** How changes are captured. Called again if it throws. The schema is there. */
  choose(feed: string): Promise<Capture>
  /**
   * Appends what was published in transactions, if the cursor of the channel is smaller. `history` is for a node that does
   * not have the channel.
   */
  publish(channel: string, entries: readonly DatabaseEntry[], cursor: number, history: HistoryBounds): Promise<void>
}

/** How long somebody waits for a table to begin. */
const beginTimeoutMs = 10_000
const beginPollMs = 20

/** For a table that another node asked for, or a channel that it published in, and this one does not know. */
const ordinaryBounds: HistoryBounds = { size: 10_000, ttlMs: 86_400_000, bytes: 16 << 20 }

/**
 * A {@link ChangeFeed} over any capture. What was published in transactions is in the log, whatever the capture, and is fed by
 * the rounds of the log.
 */
export class DatabaseFeed implements ChangeFeed {
  readonly #parts: DatabaseFeedParts
  readonly #leader: Promise<Leader>
  readonly #ready = new Map<string, Promise<void>>()
  /** Tables that this node has captured. */
  readonly #watched = new Set<string>()
  #captured: Promise<Capture> | undefined
  #feed: Promise<string>
  #isClosed = false

  constructor(parts: DatabaseFeedParts) {
    this.#parts = parts
    const { driver, broker, clock, log, pollIntervalMs, careIntervalMs, tables } = parts
    this.#feed = feedName(broker, clock, parts.randomness)
    this.#leader = this.#feed.then(
      (feed) =>
        new Leader({
          ...{ driver, broker, clock, log, pollIntervalMs, careIntervalMs, feed, randomness: parts.randomness },
          boundsOf: (name) => tables.find((table) => table.name === name)?.history ?? ordinaryBounds,
          publish: parts.publish,
          prepare: async () => {
            // Each time it begins to lead: somebody may have dropped what was there.
            await this.#install()
            const capture = await this.#capture()
            await capture.prepare()
            return capture
          },
          inspect: (capture) => this.#inspect(feed, capture),
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
    await this.#capture()
    const [row] = await this.#parts.driver.query<{ epoch: string }>(`select epoch from ${schema}.life`)
    if (!row) throw new BaroError('unavailable', `The schema "${schema}" is gone from the database. Restart the hub.`)
    return row.epoch
  }

  async progress(table: string, seen: DatabaseSnapshot): Promise<FeedProgress> {
    const feed = await this.#feed
    if (table === '') return logProgress(this.#parts.driver, feed, '', seen)
    return (await this.#capture()).progress(feed, table, seen)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    // A table that begins may be getting its triggers.
    await Promise.allSettled(this.#ready.values())
    await this.#leader.then((leader) => leader.close()).catch(() => {})
  }

  #install(): Promise<void> {
    const { driver, notifies } = this.#parts
    return driver.transaction('read committed', (tx) => installSchema(tx, notifies))
  }

  #capture(): Promise<Capture> {
    if (this.#captured) return this.#captured
    const captured = this.#feed.then(async (feed) => {
      await this.#install()
      return this.#parts.choose(feed)
    })
    this.#captured = captured
    captured.catch(() => {
      this.#captured = undefined
    })
    return captured
  }

  /** Checks a table, captures it, and waits until the leader has begun it. */
  async #begin(name: string): Promise<void> {
    const { driver, tables, clock } = this.#parts
    const table = tables.find((one) => one.name === name)
    if (!table) throw new BaroError('bad-definition', `No table ${JSON.stringify(name)} is defined.`)
    const feed = await this.#feed
    const capture = await this.#capture()
    await capture.prepare()
    await checkTable(driver, table)
    await capture.check(table)
    await this.#watch(feed, name, capture)
    const leader = await this.#leader
    leader.wake()
    const until = clock.elapsed() + beginTimeoutMs
    while (!(await capture.hasBegun(feed, name))) {
      if (this.#isClosed || clock.elapsed() > until) {
        const [leads] = await driver.query<{ kind: string }>(`select kind from ${schema}.feeds where feed = $1`, [feed])
        if (leads && leads.kind !== capture.kind) throw otherCapture(capture.kind, leads.kind)
        throw new BaroError('unavailable', `Nobody feeds the changes of ${JSON.stringify(name)} yet. Try again.`)
      }
      await new Promise<void>((resolve) => clock.after(beginPollMs, resolve))
    }
  }

  async #watch(feed: string, name: string, capture: Capture): Promise<void> {
    const { driver } = this.#parts
    if (!(await capture.marks([name])).has(name))
      await driver.transaction('read committed', (tx) => capture.watch(tx, name))
    const mark = (await capture.marks([name])).get(name)
    if (mark === undefined)
      throw new BaroError(
        'unavailable',
        `The ${capture.thing} of ${JSON.stringify(name)} went away at once. Try again.`,
      )
    // In a transaction that says its isolation: under a stricter one, which a role may have, two nodes fail each other.
    await driver.transaction('read committed', (tx) =>
      tx.query(
        `with feed as (
           insert into ${schema}.feeds (feed, from_snapshot, to_snapshot, kind)
           values ($1, pg_current_snapshot()::text, pg_current_snapshot()::text, $4) on conflict do nothing
         )
         insert into ${schema}.feed_tables as kept (feed, name, mark) values ($1, $2, $3)
         on conflict (feed, name) do update set mark = excluded.mark, since = null where kept.mark <> excluded.mark`,
        [feed, name, mark, capture.kind],
      ),
    )
    this.#watched.add(name)
  }

  /** Puts back what somebody took away. What was changed meanwhile nobody knows, so the table begins again. */
  async #inspect(feed: string, capture: Capture): Promise<void> {
    const { driver, log } = this.#parts
    const kept = await driver.query<{ name: string; mark: string }>(
      `select name, mark from ${schema}.feed_tables where feed = $1`,
      [feed],
    )
    // One that is not kept any more went with the schema.
    const known = new Map<string, string | undefined>([...this.#watched].map((name) => [name, undefined]))
    for (const { name, mark } of kept) known.set(name, mark)
    const marks = await capture.marks([...known.keys()])
    for (const [name, mark] of known) {
      if (mark !== undefined && marks.get(name) === mark) continue
      try {
        await this.#watch(feed, name, capture)
        // Without a mark it was another capture that fed the table.
        if (mark !== '')
          log.warn(
            {},
            `The ${capture.thing} of ${JSON.stringify(name)} were dropped or disabled: they are back, and whoever follows the table gets its rows anew.`,
          )
      } catch (error) {
        log.error(
          {},
          `The changes of ${JSON.stringify(name)} are not told, because its ${capture.thing} cannot be put back: ${(error as Error).message}`,
        )
      }
    }
  }
}
