import type { Json } from '@baro/core'
import type { Database, DatabaseChannel, DatabaseParts, OpenDatabase, Queried, StreamSource } from '@baro/core/broker'
import {
  checkedOptions,
  formatPosition,
  maxPositionLength,
  milliseconds,
  type OptionRules,
  type QueriedPosition,
  quote,
  whole,
} from '@baro/core/protocol'
import { asDatabaseError } from '../driver/database-error.ts'
import { driverOf } from '../driver/driver-of.ts'
import { TriggerFeed } from '../feed/trigger-feed.ts'
import type { DatabaseClient, PostgresDriver } from '../ports/driver.ts'
import type { QueriedRows } from '../queried.ts'
import { FeedPassing, rowsAfter } from '../ring/rows-after.ts'
import { RingView, TableRing } from '../ring/table-ring.ts'
import { readRows } from '../snapshot/read-rows.ts'
import { rowsState } from '../state/rows-state.ts'
import { type TableDefinition, tableOf } from '../table/table.ts'

/** What `createDatabase` takes. */
export interface DatabaseOptions {
  /** How often the log is looked at besides each `NOTIFY`, in milliseconds. Default 500. */
  readonly pollIntervalMs?: number
  /** How often the log is pruned and the triggers are looked after, in milliseconds. Default 5,000. */
  readonly careIntervalMs?: number
  /** Most rows of a snapshot that no `queried` reads: one with more is refused. Default 10,000. */
  readonly maxRows?: number
}

const rules: OptionRules<DatabaseOptions> = {
  pollIntervalMs: milliseconds(),
  careIntervalMs: milliseconds(),
  maxRows: whole('rows', 1),
}

/**
 * Makes the rows of a PostgreSQL database channels of a hub: each row change of the tables that the hub defines, by whatever
 * program, is published after its commit. The first start makes a schema `baro` with a log, and puts triggers on the
 * tables; the client must be allowed to.
 *
 * @param client A Pool of `pg`, or an embedded database.
 * @throws {BaroError} `bad-definition` if the client is none that we know, or an option makes no sense.
 *
 * @example
 * ```ts
 * const database = createDatabase(new Pool({ connectionString: process.env.DATABASE_URL }))
 * const hub = createHub({ channels: [products], database })
 * hub.on(products, { access: 'public' })
 * ```
 */
export function createDatabase(client: DatabaseClient, options: DatabaseOptions = {}): Database {
  const driver = driverOf(client)
  const {
    pollIntervalMs = 500,
    careIntervalMs = 5_000,
    maxRows = 10_000,
  } = checkedOptions('createDatabase', options, rules)
  return { open: (parts) => new ServedDatabase(driver, { pollIntervalMs, careIntervalMs, maxRows }, parts) }
}

class ServedDatabase implements OpenDatabase {
  readonly #driver: PostgresDriver
  readonly #parts: DatabaseParts
  readonly #maxRows: number
  readonly #feed: TriggerFeed
  readonly #rings = new Map<string, { readonly ring: TableRing; readonly passing: FeedPassing }>()
  #epoch: string | undefined

  constructor(driver: PostgresDriver, options: Required<DatabaseOptions>, parts: DatabaseParts) {
    this.#driver = driver
    this.#parts = parts
    this.#maxRows = options.maxRows
    const { broker, clock, log, randomness, channels } = parts
    const tables = channels.flatMap((definition) => {
      const table = tableOf(definition)
      return table ? [{ ...table, history: definition.history }] : []
    })
    const { pollIntervalMs, careIntervalMs } = options
    this.#feed = new TriggerFeed({ driver, broker, clock, log, randomness, tables, pollIntervalMs, careIntervalMs })
    for (const table of tables) {
      const ring = new TableRing({ broker, clock, log, table })
      this.#rings.set(table.name, { ring, passing: new FeedPassing(this.#feed, ring) })
    }
    this.#feed.start()
  }

  sourceOf({ channel, params, definition, snapshot }: DatabaseChannel): StreamSource | undefined {
    const table = tableOf(definition)
    const found = table && this.#rings.get(table.name)
    if (!table || !found) return undefined
    const { ring, passing } = found
    const { filter = '' } = params
    const shown = definition as unknown as TableDefinition
    const [conditions, window] = [shown.conditions({ filter }), shown.window({ filter })]
    const view = new RingView(channel, ring, conditions)
    const signals = (follower: Parameters<StreamSource['follow']>[0]) =>
      this.#parts.broker.follow(channel, { deliver() {}, signal: (signal) => follower.signal(signal), lost() {} })
    return {
      read: (range) => view.read(range),
      async follow(follower) {
        const stops = await Promise.all([view.follow(follower), signals(follower)])
        return () => {
          for (const stop of stops) stop()
        }
      },
      resolve: async (position) =>
        (await this.#isOfThisLife(position))
          ? rowsAfter(passing, ring, view, snapshotOf(position), this.#parts.catchUpBytes)
          : undefined,
      query: async (): Promise<Queried> => {
        try {
          await this.#feed.ready(table.name)
          const read = (snapshot as QueriedRows | undefined)?.read
          const {
            epoch,
            snapshot: at,
            rows,
          } = await readRows(this.#driver, table, this.#maxRows, read, {
            channel,
            params,
            conditions,
            window,
          })
          this.#epoch = epoch
          return {
            position: this.#positionOf({ kind: 'queried', epoch, ...textsOf(at) }),
            value: rowsState(table, window, rows) as unknown as Json,
          }
        } catch (error) {
          throw asDatabaseError(error, `The rows of ${quote(channel)} cannot be read`)
        }
      },
    }
  }

  async close(): Promise<void> {
    await this.#feed.close()
    await Promise.all([...this.#rings.values()].map(({ ring }) => ring.close()))
  }

  async #isOfThisLife({ epoch }: QueriedPosition): Promise<boolean> {
    if (epoch !== this.#epoch) this.#epoch = await this.#feed.epoch()
    return epoch === this.#epoch
  }

  #positionOf(position: QueriedPosition): Queried['position'] {
    if (formatPosition(position).length <= maxPositionLength) return position
    this.#parts.log.warn(
      `${position.xip.length} transactions write at once: a snapshot of the database is longer than a position may be, so who continues from this page is reset.`,
    )
    return { kind: 'none' }
  }
}

function snapshotOf({ xmin, xmax, xip }: QueriedPosition) {
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), xip: new Set(xip.map(BigInt)) }
}

function textsOf({
  xmin,
  xmax,
  xip,
}: ReturnType<typeof snapshotOf> | { xmin: bigint; xmax: bigint; xip: ReadonlySet<bigint> }) {
  const rising = [...xip].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return { xmin: String(xmin), xmax: String(xmax), xip: rising.map(String) }
}
