/** PostgreSQL without a server: PGlite in a thread of its own, its folder locked against other processes. */
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve, sep } from 'node:path'
import type { Log } from '@baro/core'
import { type Clock, consoleLog, systemClock } from '@baro/core/broker'
import { checkedOptions, type OptionRules, objectWith, required, wholeOrUnbounded } from '@baro/core/protocol'
import { lockFolder, type Unlock } from '@baro/disk/folder-lock'
import type { PostgresDriver } from '../ports/driver.ts'
import { pgliteDriver } from './pglite-driver.ts'
import { WorkerClient } from './worker-client.ts'

/** What `createEmbeddedPostgres` takes. */
export interface EmbeddedPostgresOptions {
  /** Where the database is kept; made if it is not there. It is of one process at a time. */
  readonly folder: string
  /** How long to wait for another process that has the folder, for example the one that this one replaces. Default 10,000 ms. */
  readonly lockWaitMs?: number
  /**
   * How long a transaction may be open. There is one session, so everything else waits for it; then it is rolled back, and
   * fails with `unavailable`. Default 30,000 ms.
   */
  readonly transactionTimeoutMs?: number
  /** Where it says that the first start takes some seconds. Default `console`. */
  readonly log?: Log
  /** The time. Default that of the machine. */
  readonly clock?: Clock
}

const optionRules: OptionRules<EmbeddedPostgresOptions> = {
  folder: required({
    what: 'the path of a folder',
    accepts: (value) => typeof value === 'string' && value !== '',
  }),
  lockWaitMs: wholeOrUnbounded('milliseconds'),
  transactionTimeoutMs: wholeOrUnbounded('milliseconds'),
  log: objectWith('info', 'warn', 'error'),
  clock: objectWith('now', 'elapsed', 'after'),
}

/** A database in this process. */
export interface EmbeddedPostgres extends PostgresDriver {
  /**
   * Runs several statements at once, such as those that make the tables. Parameters are for `query`.
   *
   * @throws whatever PostgreSQL says; its `code` is the SQLSTATE.
   */
  script(sql: string): Promise<void>
  /** Waits for what was asked, ends the thread, and gives the folder free. Without it the thread keeps the process alive. */
  close(): Promise<void>
}

const forOneProcess =
  'An embedded database serves one process: stop the other one, or give this one a folder of its own.'

/**
 * A PostgreSQL that needs no server and nothing installed: PGlite, version 18, in a thread of its own, in a folder that
 * outlives the process, `kill -9` included. It starts with the first statement. The first start on a machine takes some
 * seconds, a later one in another folder one, and one with a folder that is there less.
 *
 * There is one session: statements wait for each other and for an open transaction. Inside of a transaction use its `tx`.
 * For many writers at a time use a PostgreSQL server; the same code takes it.
 *
 * @throws {BaroError} `bad-definition` if an option does not exist, or makes no sense. Each statement throws `unavailable` if
 *   another process has the folder and keeps it, or if the thread ended.
 *
 * @example
 * ```ts
 * const database = createEmbeddedPostgres({ folder: '.baro/postgres' })
 * await database.script('create table if not exists news (id bigint primary key, title text not null)')
 * const [row] = await database.query('select count(*)::int as count from news')
 * ```
 */
export function createEmbeddedPostgres(options: EmbeddedPostgresOptions): EmbeddedPostgres {
  const {
    folder: given,
    lockWaitMs = 10_000,
    transactionTimeoutMs = 30_000,
    log = consoleLog,
    clock = systemClock,
  } = checkedOptions('createEmbeddedPostgres', options, optionRules)
  const folder = resolve(given)
  const lost = new Set<(error: unknown) => void>()
  const client = new WorkerClient({
    data: { data: join(folder, 'data'), seed: seedPath() },
    clock,
    transactionTimeoutMs,
    making: () => log.info({}, `Making a PostgreSQL database in ${folder}. This takes some seconds, once.`),
    ended: (error) => {
      log.error({}, error.message)
      for (const tell of lost) tell(error)
      lost.clear()
    },
  })
  const driver = pgliteDriver(client)
  let locked: Promise<Unlock> | undefined
  const lock = async (): Promise<unknown> => {
    locked ??= (async () => {
      mkdirSync(folder, { recursive: true })
      return lockFolder(folder, lockWaitMs, clock, forOneProcess)
    })()
    return locked.catch((error) => {
      locked = undefined
      throw error
    })
  }
  return {
    async query(sql, values) {
      await lock()
      return driver.query(sql, values)
    },
    async transaction(isolation, work) {
      await lock()
      return driver.transaction(isolation, work)
    },
    async script(sql) {
      await lock()
      await client.script(sql)
    },
    async hold(tell) {
      await lock()
      const session = await driver.hold(tell)
      lost.add(tell)
      return {
        ...session,
        end: async () => {
          lost.delete(tell)
          await session.end()
        },
      }
    },
    async close() {
      await client.close()
      const unlock = await locked?.catch(() => undefined)
      locked = undefined
      await unlock?.()
    },
  }
}

/**
 * Where a copy of a new database is kept: beside the installed packages, as tools keep what they can make again. It names the
 * version, because another one may not read it.
 */
function seedPath(): string | undefined {
  const require = createRequire(import.meta.url)
  const path = require.resolve('@electric-sql/pglite')
  const [modules] = path.split(`${sep}@electric-sql${sep}`)
  const { version } = require(join(`${modules}`, '@electric-sql', 'pglite', 'package.json')) as { version: string }
  return join(`${modules}`, '.cache', 'baro', `postgres-${version}.tar.gz`)
}
