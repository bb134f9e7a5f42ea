/** A window as SQL: what stands behind `where …`. It sorts as `rows-state.ts` does (I12). */
import { quoteName } from '../feed/quote-name.ts'
import { partsOf } from '../values/column-type.ts'
import type { SortedTable } from './rows-state.ts'
import { columnOf, readLimit, type Window } from './window.ts'

/** `order by …`, and how many rows to read; of a window without a limit at most so many. */
export function windowSql({ key, columns }: SortedTable, window: Window, most: number): string {
  const named = new Set(window.order.map(columnOf))
  const order = [...window.order, ...key.filter((column) => !named.has(column))].map((part) => {
    const column = columnOf(part)
    const parts = partsOf(columns[column] ?? 'text')
    const isText = 'scalar' in parts && /^(?:text|varchar|char)$/.test(parts.scalar)
    // The order of code points, which is the same on every machine and in every browser.
    return `${quoteName(column)}${isText ? ' collate "C"' : ''}${part === column ? '' : ' desc'}`
  })
  return `order by ${order.join(', ')} limit ${readLimit(window) ?? most}`
}
