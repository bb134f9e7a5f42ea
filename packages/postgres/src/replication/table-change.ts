/** What a message says of a row, as the ring of its table spells it. */
import type { LoggedChange, Texts } from '../ring/ring-entry.ts'
import { type PgoutputMessage, type RelationMessage, type Tuple, unchanged } from './pgoutput.ts'

/** A change as it comes, before it is known whether it is the last one of its transaction. */
export type TableChange = Pick<LoggedChange, 'kind' | 'old' | 'new'>

/** The number of the type `boolean`, whose text is short where the log spells it as JSON does. */
const boolean = 16

/** A relation made ready. */
export interface Relation {
  /** Schema and table. */
  readonly name: string
  /** Each change tells the whole row that was. */
  readonly isWhole: boolean
  readonly columns: readonly string[]
  readonly isBoolean: readonly boolean[]
}

export function relationOf({ schema, name, identity, columns, types }: RelationMessage): Relation {
  return {
    name: `${schema}.${name}`,
    isWhole: identity === 'f',
    columns,
    isBoolean: types.map((type) => type === boolean),
  }
}

type RowMessage = Extract<PgoutputMessage, { readonly kind: 'insert' | 'update' | 'delete' }>

/** `undefined` if the update left the row as it was. What is not known is left out, and is never `null`. */
export function changeOf(relation: Relation, message: RowMessage): TableChange | undefined {
  if (message.kind === 'insert') return { kind: 'insert', new: textsOf(relation, message.new) }
  if (message.kind === 'delete') return { kind: 'delete', old: textsOf(relation, message.old) }
  const { old } = message
  if (old && message.isOldWhole && isSame(old, message.new)) return undefined
  // What was too large to be sent again is what it was.
  const now = old ? message.new.map((value, at) => (value === unchanged ? (old[at] ?? null) : value)) : message.new
  return { kind: 'update', old: textsOf(relation, old ?? []), new: textsOf(relation, now) }
}

function isSame(old: Tuple, now: Tuple): boolean {
  return now.every((value, at) => value === unchanged || value === old[at])
}

function textsOf({ columns, isBoolean }: Relation, tuple: Tuple): Texts {
  const texts: Record<string, string | null> = {}
  for (let at = 0; at < columns.length; at++) {
    const value = tuple[at]
    if (typeof value !== 'string' && value !== null) continue
    texts[columns[at] as string] = isBoolean[at] && value !== null ? (value === 't' ? 'true' : 'false') : value
  }
  return texts
}
