/** Conditions of a filter: a column, an operator, and the value as canonical text. They are all true, or the row is out. */
import { type ColumnType, scalarOf } from '../values/column-type.ts'

/** The operators, as `table` takes them and as SQL knows them. */
export const operators = [
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'like',
  'ilike',
  'is',
  'isdistinct',
  'isnot',
  'notin',
  'notlike',
  'notilike',
] as const
/** What a condition compares with: those of Supabase's filters. */
export type Operator = (typeof operators)[number]

/** One condition. `in` and `notin` have their values sorted, each once. `is` and `isnot` have `null`, `true` or `false` as text. */
export interface Condition {
  readonly column: string
  readonly operator: Operator
  readonly values: readonly [string, ...string[]]
}

/** How values of a column compare. The others have no filters. */
export type Comparing =
  | 'integer'
  | 'numeric'
  | 'real'
  | 'double'
  | 'boolean'
  | 'text'
  | 'uuid'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'label'

const comparingOf: Readonly<Record<string, Comparing>> = {
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'numeric',
  real: 'real',
  'double precision': 'double',
  boolean: 'boolean',
  text: 'text',
  varchar: 'text',
  uuid: 'uuid',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
}

/** How a column of this type compares; `undefined` if it cannot be filtered by. */
export function comparing(type: ColumnType): Comparing | undefined {
  return typeof type === 'string' ? comparingOf[scalarOf(type) ?? ''] : 'label'
}

const equal: readonly Operator[] = ['eq', 'neq', 'in', 'is']
const negated: readonly Operator[] = ['isdistinct', 'isnot', 'notin']
const unordered = [...equal, ...negated]
const ordered: readonly Operator[] = [...equal, 'lt', 'lte', 'gt', 'gte', ...negated]

/** What may be asked of values that compare so. */
export const operatorsOf: Readonly<Record<Comparing, readonly Operator[]>> = {
  integer: ordered,
  numeric: ordered,
  real: ordered,
  double: ordered,
  boolean: unordered,
  text: [...ordered, 'like', 'ilike', 'notlike', 'notilike'],
  uuid: unordered,
  date: ordered,
  timestamp: ordered,
  timestamptz: ordered,
  label: unordered,
}
