import type { ReplicationLink } from './replication-link.ts'

/** Runs statements. One object stands for one session, or for whichever is free. */
export interface Queryable {
  /**
   * Runs one statement with its parameters (`$1`, …), and returns its rows. Our own statements ask for texts, numbers
   * up to 32 bits and booleans only, so no setting of a client changes what they get.
   *
   * @throws whatever the client throws; its `code` is the SQLSTATE of PostgreSQL.
   */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

/** How much a transaction sees: each statement what is committed by then, or all statements the same. */
export type Isolation = 'read committed' | 'repeatable read'

/** A session that somebody holds for long: the lock of a leader lives and dies with it. */
export interface HeldSession extends Queryable {
  /** Calls `notified` after each `NOTIFY` on this channel. Payloads are not looked at. */
  listen(channel: string, notified: () => void): Promise<void>
  /** Gives it back. Nobody uses it afterwards, and `lost` is not called any more. */
  end(): Promise<void>
}

/**
 * What we need of a database client. `driverOf` makes it of `pg`'s Pool or of PGlite, which are known by what they can
 * do. An embedded database implements it itself.
 *
 * Duties: `transaction` runs all its statements on one session, begins and ends there, and rolls back if `work` throws.
 * A statement that fails fails its own promise only. Sessions are not shared between a transaction and others, except
 * where the database has one session for all: then others wait.
 */
export interface PostgresDriver extends Queryable {
  transaction<T>(isolation: Isolation, work: (tx: Queryable) => Promise<T>): Promise<T>
  /**
   * Opens a session that is held until it ends.
   *
   * @param lost Called once if the session breaks: its locks are gone then, and somebody else may hold them.
   */
  hold(lost: (error: unknown) => void): Promise<HeldSession>
  /**
   * Opens a connection for logical replication. A client that has no such thing leaves it out: then triggers feed.
   *
   * @param lost Called once if the connection breaks, or its stream ends.
   */
  replicate?(lost: (error: unknown) => void): Promise<ReplicationLink>
}

/** What we use of the Pool of `pg`. */
export interface PgPool {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  connect(): Promise<PgClient>
}

/** What we use of a client of `pg`. */
export interface PgClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  /** With an error (or `true`) the connection is not used again. */
  release(error?: Error | boolean): void
  // biome-ignore lint/suspicious/noExplicitAny: what comes with an event depends on its name; each listener says what it takes.
  on(event: string, heard: (...values: any[]) => void): unknown
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  removeListener(event: string, heard: (...values: any[]) => void): unknown
}

/** What we use of PGlite. It has one session for all. */
export interface PgliteClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  transaction<T>(
    work: (tx: { query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }> }) => Promise<T>,
  ): Promise<T>
  listen(channel: string, notified: (payload: string) => void): Promise<() => Promise<void>>
}

/** Any client that `createDatabase` takes. */
export type DatabaseClient = PgPool | PgliteClient | PostgresDriver
