/**
 * Finds the views that a change may be for. Each is filed under one column of its conditions: by the value that it must have, or by
 * the range that it must lie in. So a change costs a look for each column that views are filed under, whatever the number of
 * views. Views without such a condition are asked each time, once for each different filter.
 */
import type { Comparing, Condition } from '../filter/condition.ts'
import { canonicalText, comparerOf } from '../filter/matches.ts'
import { type Range, RangeIndex } from './range-index.ts'
import type { Texts } from './ring-entry.ts'

/** The views that are filed under one column. */
interface Column<View> {
  readonly byValue: Map<string, Set<View>>
  readonly byRange: RangeIndex<View>
}

/** What NULL is filed under. No text of a value holds the character 0. */
const nullKey = '\0'

export class ViewIndex<View> {
  readonly #byColumn = new Map<string, Column<View>>()
  readonly #kinds: ReadonlyMap<string, Comparing>
  readonly #others = new Set<View>()

  constructor(kinds: ReadonlyMap<string, Comparing>) {
    this.#kinds = kinds
  }

  add(view: View, conditions: readonly Condition[]): void {
    const under = this.#filedUnder(conditions)
    if (!under) {
      this.#others.add(view)
      return
    }
    const column = this.#byColumn.get(under.column) ?? {
      byValue: new Map<string, Set<View>>(),
      byRange: new RangeIndex<View>(comparerOf(this.#kindOf(under.column)).order),
    }
    this.#byColumn.set(under.column, column)
    if (under.range) column.byRange.add(view, under.range)
    for (const value of under.values) {
      const views = column.byValue.get(value)
      if (views) views.add(view)
      else column.byValue.set(value, new Set([view]))
    }
  }

  remove(view: View, conditions: readonly Condition[]): void {
    this.#others.delete(view)
    const under = this.#filedUnder(conditions)
    const column = under && this.#byColumn.get(under.column)
    if (!column) return
    column.byRange.remove(view)
    for (const value of under.values) {
      const views = column.byValue.get(value)
      views?.delete(view)
      if (views?.size === 0) column.byValue.delete(value)
    }
    if (column.byValue.size === 0 && column.byRange.size === 0) this.#byColumn.delete(under.column)
  }

  /** Every view that one of these rows may be in. */
  candidates(rows: readonly (Texts | undefined)[]): ReadonlySet<View> {
    const found = new Set(this.#others)
    for (const [name, { byValue, byRange }] of this.#byColumn)
      for (const row of rows) {
        if (!row) continue
        const text = row[name]
        if (text === undefined) {
          // The column was renamed or dropped: each view finds that out, and says it. Left out, they would stand still (I12).
          for (const views of [...byValue.values(), byRange.views]) for (const view of views) found.add(view)
          continue
        }
        const key = text === null ? nullKey : canonicalText(this.#kindOf(name), text)
        for (const view of byValue.get(key) ?? []) found.add(view)
        if (text !== null && byRange.size > 0) this.#inRange(name, text, byRange, found)
      }
    return found
  }

  #inRange(column: string, text: string, index: RangeIndex<View>, found: Set<View>): void {
    try {
      index.at(comparerOf(this.#kindOf(column)).read(text), (view) => found.add(view))
    } catch {
      // No value of the declared type: each view finds that out, and says it.
      for (const view of index.views) found.add(view)
    }
  }

  #kindOf(column: string): Comparing {
    return this.#kinds.get(column) ?? 'text'
  }

  /** Where a view is filed: under the condition that the fewest rows meet. */
  #filedUnder(
    conditions: readonly Condition[],
  ): { readonly column: string; readonly values: readonly string[]; readonly range?: Range } | undefined {
    const value =
      conditions.find(({ operator }) => operator === 'eq') ??
      conditions.find(({ operator }) => operator === 'in') ??
      conditions.find(({ operator }) => operator === 'is')
    if (value?.operator === 'is')
      return { column: value.column, values: [value.values[0] === 'null' ? nullKey : value.values[0]] }
    if (value) return value
    const column = conditions.find(({ operator }) => ends[operator])?.column
    if (column === undefined) return undefined
    const { read } = comparerOf(this.#kindOf(column))
    // One of several is enough: what is found is asked again.
    const end = (which: keyof Range) =>
      conditions.find((condition) => condition.column === column && ends[condition.operator] === which)?.values[0]
    const [lower, upper] = [end('lower'), end('upper')]
    const range = {
      ...(lower !== undefined && { lower: read(lower) }),
      ...(upper !== undefined && { upper: read(upper) }),
    }
    return { column, values: [], range }
  }
}

/** The end of a range that an operator sets. */
const ends: Partial<Record<Condition['operator'], keyof Range>> = {
  gt: 'lower',
  gte: 'lower',
  lt: 'upper',
  lte: 'upper',
}
