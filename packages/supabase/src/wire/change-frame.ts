/**
 * Changes of rows as clients of Supabase get them: `ids` are the bindings of the client that they are for.
 *
 * Source: `RealtimeChannel.ts` and `lib/transformers.ts` of `@supabase/realtime-js` 2.119, which turn texts into numbers by
 * the types of `columns`.
 */
import type { Json, Publication } from '@baro/core'
import { changedValue, typeOf } from './changed-value.ts'
import { isRecord } from './frame.ts'

/** The table that a row is of. */
export interface TableOfRows {
  readonly schema: string
  readonly table: string
  /** The types of its columns, as a definition names them. */
  readonly columns: Readonly<Record<string, unknown>>
}

/** What happens to a row, in the words of Supabase. */
export type ChangeType = 'INSERT' | 'UPDATE' | 'DELETE'

const changeTypes: Readonly<Record<string, ChangeType>> = { insert: 'INSERT', update: 'UPDATE', delete: 'DELETE' }

/** What a publication of a channel of rows is; `undefined` for what Supabase does not tell, such as TRUNCATE. */
export function changeTypeOf({ type }: Publication): ChangeType | undefined {
  return changeTypes[type]
}

/** The payload of a change. `select` names the columns to send beside the key; by default all. */
export function changePayload(
  of: TableOfRows,
  publication: Publication,
  type: ChangeType,
  ids: readonly number[],
  select: readonly string[] | undefined,
): Json {
  const { key, row } = isRecord(publication.payload) ? publication.payload : {}
  const wanted = select && new Set([...select, ...(isRecord(key) ? Object.keys(key) : [])])
  const selected = row && isRecord(row) ? selectedOf(row, wanted) : undefined
  return {
    ids,
    data: {
      type,
      schema: of.schema,
      table: of.table,
      commit_timestamp: new Date(publication.time).toISOString(),
      columns: Object.entries(selectedOf(of.columns as Record<string, Json>, wanted)).map(([name, declared]) => ({
        ...{ name, type: typeOf(declared) },
      })),
      ...(selected && { record: written(of, selected) }),
      // The key alone: what a row was before is for nobody who may not see it now.
      ...(type !== 'INSERT' && { old_record: isRecord(key) ? written(of, key) : {} }),
      errors: null,
    },
  }
}

function selectedOf(
  row: Readonly<Record<string, Json | undefined>>,
  wanted: ReadonlySet<string> | undefined,
): Readonly<Record<string, Json | undefined>> {
  return wanted ? Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name))) : row
}

function written({ columns }: TableOfRows, values: Readonly<Record<string, Json | undefined>>): Json {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, changedValue(columns[name], value ?? null)]),
  )
}
