import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { pgliteDriver } from '../embedded/pglite-driver.ts'
import type { DatabaseClient, PgliteClient, PgPool, PostgresDriver } from '../ports/driver.ts'
import { pgDriver } from './pg-driver.ts'

/**
 * The driver of a client, which is known by what it can do: so an application runs its own statements the same way, whatever
 * the client is.
 *
 * @throws {BaroError} `bad-definition` if it is none of those that we know.
 */
export function driverOf(client: DatabaseClient): PostgresDriver {
  const can = (...functions: readonly string[]) =>
    functions.every((name) => typeof (client as unknown as Record<string, unknown> | undefined)?.[name] === 'function')
  if (can('query', 'transaction', 'hold')) return client as PostgresDriver
  if (can('query', 'transaction', 'listen')) return pgliteDriver(client as PgliteClient)
  if (can('query', 'connect') && !can('release')) return pgDriver(client as PgPool)
  throw new BaroError(
    'bad-definition',
    `createDatabase does not know ${quote(client)} as a client. Give it a Pool of "pg", or an embedded database.`,
  )
}
