import type { Json, Schema } from '@baro/core'

/** A row as a page gets it: the columns of the definition. */
export type Row = Readonly<Record<string, Json>>

/** The key of a row: the key columns alone. */
export type Key<R extends Row = Row, K extends keyof R = keyof R> = { readonly [Name in K]: R[Name] }

/**
 * What is published in a channel of rows, by type. A filter makes its own of a change: a row that comes into it is
 * inserted, one that leaves it is deleted. A delete carries the key alone, and only to those who could see the row.
 */
export interface RowChanges<R extends Row = Row, K extends keyof R = keyof R> {
  insert: { readonly key: Key<R, K>; readonly row: R }
  /** `key` is the key before the change: the row may have another one now. */
  update: { readonly key: Key<R, K>; readonly row: R }
  delete: { readonly key: Key<R, K> }
  /** The table is empty. */
  truncate: Readonly<Record<string, never>>
}

/** The event types of a channel of rows. */
export type RowEvents<R extends Row = Row, K extends keyof R = keyof R> = {
  readonly [Type in keyof RowChanges]: Schema<RowChanges<R, K>[Type]>
}

/** One change as it is published, for who folds it. */
export type RowChange<R extends Row = Row, K extends keyof R = keyof R> = {
  [Type in keyof RowChanges]: { readonly type: Type; readonly payload: RowChanges<R, K>[Type] }
}[keyof RowChanges]
