// What a server needs of a database. What pages and browsers need of tables has a door of its own: `table.ts`.

export { createDatabase, type DatabaseOptions } from './database/create-database.ts'
export { driverOf } from './driver/driver-of.ts'
export type { ChangeFeed, FeedProgress } from './ports/change-feed.ts'
export type {
  DatabaseClient,
  HeldSession,
  Isolation,
  PgClient,
  PgliteClient,
  PgPool,
  PostgresDriver,
  Queryable,
} from './ports/driver.ts'
export { type QueriedContext, type QueriedRows, queried, type ReadRows, type RowsTransaction } from './queried.ts'
