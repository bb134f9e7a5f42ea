/** What the thread of the application and the thread of the database say to each other. */

/** Asked of the database. Each question has one {@link Answer}. They are answered in their order. */
export type Question =
  | { readonly id: number; readonly is: 'query'; readonly sql: string; readonly values: readonly unknown[] }
  | { readonly id: number; readonly is: 'script'; readonly sql: string }
  | { readonly id: number; readonly is: 'listen' | 'unlisten'; readonly channel: string }
  | { readonly id: number; readonly is: 'close' }

/** The fields of an error of PostgreSQL that say what is wrong and where. */
export interface DatabaseFailure {
  readonly message: string
  /** The SQLSTATE; absent if PostgreSQL did not say it. */
  readonly code?: string | undefined
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly constraint?: string | undefined
  readonly table?: string | undefined
  readonly column?: string | undefined
}

/** The end of a question. */
export type Answer =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly failure: DatabaseFailure }

/** What the database tells by itself. */
export type News = { readonly is: 'making' | 'opened' } | { readonly is: 'notified'; readonly channel: string }

/** What the thread of the database is started with. */
export interface WorkerData {
  /** The folder of the database alone. */
  readonly data: string
  /** Where a copy of a new, empty database is kept, so that the next one need not be made; absent if nowhere. */
  readonly seed: string | undefined
}
