import type { Log } from '@baro/core'
import { BaroError } from '@baro/core'
import type { Broker, Cancel, Clock, DatabaseEntry, HistoryBounds, Randomness } from '@baro/core/broker'
import type { ChangeFeed, FeedProgress } from '../ports/change-feed.ts'
import type { PostgresDriver } from '../ports/driver.ts'
import type { DatabaseSnapshot } from '../snapshot/database-snapshot.ts'
import type { TableShape } from '../table/table.ts'
import type { Capture, CaptureKind } from './capture.ts'
import { feedName } from './feed-name.ts'
import { Leader } from './leader.ts'
import { ledBy } from './rounds.ts'
import { installSchema, schema } from './schema.ts'
import { logProgress } from './trigger-capture.ts'
import { endUnwanted, sayWanted } from './wanted-tables.ts'
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
  readonly captures: Readonly<Record<CaptureKind, Capture>>
  /** With which of them this node leads. Called again if it throws. The schema is there. */
  choose(feed: string): Promise<CaptureKind>
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
  /** Tables of this node that were captured. */
  readonly #watched = new Set<string>()
  #chosen: Promise<Capture> | undefined
  /** That of the node that leads, as far as this node knows. */
  #followed: Capture | undefined
  /** The last leader with another capture than this node's: it is told once. */
  #other: CaptureKind | undefined
  #feed: Promise<string>
  #stopSaying: Cancel = () => {}
  #hasInstalled = false
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
            const capture = await this.#own()
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
    this.#sayLater()
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
    await this.#own()
    const [row] = await this.#parts.driver.query<{ epoch: string }>(`select epoch from ${schema}.life`)
    if (!row) throw new BaroError('unavailable', `The schema "${schema}" is gone from the database. Restart the hub.`)
    return row.epoch
  }

  async progress(table: string, seen: DatabaseSnapshot): Promise<FeedProgress> {
    const feed = await this.#feed
    if (table === '') return logProgress(this.#parts.driver, feed, '', seen)
    const known = this.#followed ?? (await this.#own())
    const progress = await known.progress(feed, table, seen)
    if (progress) return progress
    this.#followed = known.kind === 'triggers' ? this.#parts.captures.replication : this.#parts.captures.triggers
    const other = await this.#followed.progress(feed, table, seen)
    if (!other) throw new BaroError('unavailable', 'The node that leads the feed has changed. Try again.')
    return other
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopSaying()
    // A table that begins may be getting its triggers.
    await Promise.allSettled(this.#ready.values())
    await this.#leader.then((leader) => leader.close()).catch(() => {})
  }

  async #install(): Promise<void> {
    const { driver, notifies } = this.#parts
    const isStart = !this.#hasInstalled
    await driver.transaction('read committed', (tx) => installSchema(tx, { notifies, isStart }))
    this.#hasInstalled = true
  }

  /** With what this node captures when it leads. */
  #own(): Promise<Capture> {
    if (this.#chosen) return this.#chosen
    const chosen = this.#feed.then(async (feed) => {
      await this.#install()
      return this.#parts.captures[await this.#parts.choose(feed)]
    })
    this.#chosen = chosen
    chosen.catch(() => {
      this.#chosen = undefined
    })
    return chosen
  }

  /** Checks a table, captures it as the leader does, and waits until the leader has begun it. */
  async #begin(name: string): Promise<void> {
    const { driver, tables, clock } = this.#parts
    const table = tables.find((one) => one.name === name)
    if (!table) throw new BaroError('bad-definition', `No table ${JSON.stringify(name)} is defined.`)
    const feed = await this.#feed
    await this.#own()
    await checkTable(driver, table)
    const leader = await this.#leader
    const until = clock.elapsed() + beginTimeoutMs
    let captured: Capture | undefined
    for (;;) {
      const capture = await this.#leading(feed)
      if (capture !== captured) {
        captured = capture
        await capture.prepare()
        await this.#check(table, capture)
        await this.#watch(feed, name, capture)
        this.#watched.add(name)
        leader.wake()
      }
      if (await capture.hasBegun(feed, name)) return
      if (this.#isClosed || clock.elapsed() > until)
        throw new BaroError('unavailable', `Nobody feeds the changes of ${JSON.stringify(name)} yet. Try again.`)
      await new Promise<void>((resolve) => clock.after(beginPollMs, resolve))
    }
  }

  /** The capture of the node that leads, or this node's own where none does. */
  async #leading(feed: string): Promise<Capture> {
    const { driver, captures, log } = this.#parts
    const [own, led] = [await this.#own(), await ledBy(driver, feed)]
    if (led === undefined || led === own.kind) return own
    if (led !== this.#other)
      log.warn(
        {},
        `This node is set to feed by ${own.kind}, and the node that leads feeds by ${led}: it goes by that, until it leads itself. Then whoever follows a table gets its rows anew. Outside of a rolling deploy give createDatabase the same "feed" on all nodes.`,
      )
    this.#other = led
    return captures[led]
  }

  /** @throws {BaroError} `bad-definition` if the table cannot be had with this capture; `unavailable` if it can with this node's own. */
  async #check(table: TableShape, capture: Capture): Promise<void> {
    try {
      await capture.check(table)
    } catch (error) {
      if (capture === (await this.#own())) throw error
      throw new BaroError(
        'unavailable',
        `The node that leads feeds by ${capture.kind}, and cannot tell of this table: ${(error as Error).message} Its rows come when a node that is set as this one leads.`,
      )
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
         on conflict (feed, name) do update
           set mark = excluded.mark, wanted = now(), since = case when kept.mark = excluded.mark then kept.since end
           where kept.mark <> excluded.mark or kept.wanted < now() - interval '10 minutes'`,
        [feed, name, mark, capture.kind],
      ),
    )
  }

  /** Says again and again that this node has its tables. A database that is away hears it the next time. */
  #sayLater(): void {
    this.#stopSaying = this.#parts.clock.after(this.#parts.careIntervalMs, async () => {
      await this.#say().catch(() => {})
      if (!this.#isClosed) this.#sayLater()
    })
  }

  async #say(): Promise<void> {
    const { driver, tables } = this.#parts
    const names = tables.map(({ name }) => name)
    if (names.length > 0) await sayWanted(driver, await this.#feed, names)
  }

  /** Ends what nobody wants, and puts back what somebody took away. What was changed meanwhile nobody knows, so the table begins again. */
  async #inspect(feed: string, capture: Capture): Promise<void> {
    const { driver, log } = this.#parts
    await this.#say()
    for (const name of await endUnwanted(driver, feed, capture))
      log.info({}, `The changes of ${JSON.stringify(name)} are not fed any more: for an hour no node has defined it.`)
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
