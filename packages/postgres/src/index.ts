// What a server needs of a database. What pages and browsers need of tables has a door of its own: `table.ts`.

export { createDatabase, type DatabaseOptions } from './database/create-database.ts'
export type { SlotFacts } from './doctor/database-facts.ts'
export { type Examination, examineDatabase } from './doctor/examine-database.ts'
export type { Finding } from './doctor/findings.ts'
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
export type { ReplicationLink } from './ports/replication-link.ts'
export { type PublishingTransaction, publish } from './publish/publish.ts'
export { type QueriedContext, type QueriedRows, queried, type ReadRows, type RowsTransaction } from './queried.ts'
