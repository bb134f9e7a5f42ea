import type { Database } from '@baro/core/broker'
import { checkedOptions, milliseconds, type OptionRules, oneOf, whole, yesOrNo } from '@baro/core/protocol'
import { driverOf } from '../driver/driver-of.ts'
import type { DatabaseClient } from '../ports/driver.ts'
import { sees } from '../snapshot/database-snapshot.ts'
import { ServedDatabase } from './served-database.ts'

/** What `createDatabase` takes. */
export interface DatabaseOptions {
  /**
   * How changes are captured. `'triggers'` (the default) works on every PostgreSQL, and costs each write. `'replication'` reads the
   * server's own log, which costs writes less, and needs `wal_level = logical` and the right to replicate. `'auto'` takes
   * replication where the database allows it, else triggers, and logs which and why. All nodes of a hub need the same.
   */
  readonly feed?: 'auto' | 'triggers' | 'replication'
  /**
   * Whether whoever writes wakes the hub, by `NOTIFY`. Without it, a write is found when the log is looked at next; transactions
   * can be prepared for a commit in two phases, which PostgreSQL refuses after a `NOTIFY`, and commits do not wait for each
   * other behind its lock. All hubs of a database need the same. Default true.
   */
  readonly notify?: boolean
  /** How often the log is looked at besides each `NOTIFY`, in milliseconds. Default 500. */
  readonly pollIntervalMs?: number
  /** How often the log is pruned and the triggers are looked after, in milliseconds. Default 5,000. */
  readonly careIntervalMs?: number
  /** Most rows of a snapshot that no `queried` reads: one with more is refused. Default 10,000. */
  readonly maxRows?: number
}

const rules: OptionRules<DatabaseOptions> = {
  feed: oneOf('auto', 'triggers', 'replication'),
  notify: yesOrNo,
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
    feed = 'triggers',
    notify = true,
    pollIntervalMs = 500,
    careIntervalMs = 5_000,
    maxRows = 10_000,
  } = checkedOptions('createDatabase', options, rules)
  const served = { feed, notifies: notify, pollIntervalMs, careIntervalMs, maxRows, isSeen: sees }
  return { open: (parts) => new ServedDatabase(driver, served, parts) }
}
