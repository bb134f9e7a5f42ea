/**
 * Changes of rows as clients of Supabase get them: `ids` are the bindings of the client that they are for.
 *
 * Source: `RealtimeChannel.ts` and `lib/transformers.ts` of `@supabase/realtime-js` 2.119, which turn texts into numbers by
 * the types of `columns`.
 */
import type { Json, Publication } from '@baro/core'
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
  const selected = row && isRecord(row) ? selectedOf(row, select, key) : undefined
  return {
    ids,
    data: {
      type,
      schema: of.schema,
      table: of.table,
      commit_timestamp: new Date(publication.time).toISOString(),
      columns: Object.entries(of.columns).map(([name, declared]) => ({ name, type: typeOf(declared) })),
      ...(selected && { record: written(selected) }),
      // The key alone: what a row was before is for nobody who may not see it now.
      ...(type !== 'INSERT' && { old_record: isRecord(key) ? written(key) : {} }),
      errors: null,
    },
  }
}

function selectedOf(
  row: Readonly<Record<string, Json | undefined>>,
  select: readonly string[] | undefined,
  key: Json | undefined,
): Readonly<Record<string, Json | undefined>> {
  if (!select) return row
  const wanted = new Set([...select, ...(isRecord(key) ? Object.keys(key) : [])])
  return Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name)))
}

function written(values: Readonly<Record<string, Json | undefined>>): Json {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : (value ?? null),
    ]),
  )
}

/** The names under which PostgreSQL has the types in its catalogue, where a definition may call them otherwise. */
const catalogueNames: Readonly<Record<string, string>> = {
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  char: 'bpchar',
}

function typeOf(declared: unknown): string {
  // An enum is declared by its labels.
  if (typeof declared !== 'string') return 'text'
  const [name = ''] = declared.split(' |')
  const isList = name.endsWith('[]')
  const element = isList ? name.slice(0, -2) : name
  return `${isList ? '_' : ''}${catalogueNames[element] ?? element}`
}
