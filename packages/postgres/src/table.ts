// What an application writes about its tables, for the server, the pages and the browser.
export type { Condition, Operator } from './filter/condition.ts'
export type { ColumnFilter, Filter } from './filter/filter.ts'
export type { RowsState } from './state/rows-state.ts'
export type { Window, WindowOptions } from './state/window.ts'
export type { Key, Row, RowChange, RowChanges } from './table/row-change.ts'
export {
  type Columns,
  type RowOf,
  type TableDefinition,
  type TableOptions,
  type TableTypes,
  table,
} from './table/table.ts'
export type { ColumnType, ColumnValue } from './values/column-type.ts'
