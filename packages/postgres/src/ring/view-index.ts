/**
 * Finds the views that a change may be for. Each is filed under one of its conditions, by the value that the column must
 * have: so a change costs a look for each column that views are filed under, whatever the number of views. Views without
 * such a condition are asked each time, once for each different filter.
 */
import type { Comparing, Condition } from '../filter/condition.ts'
import { canonicalText } from '../filter/matches.ts'
import type { Texts } from './ring-entry.ts'

export class ViewIndex<View> {
  readonly #byColumn = new Map<string, Map<string, Set<View>>>()
  readonly #kinds: ReadonlyMap<string, Comparing>
  readonly #others = new Set<View>()

  constructor(kinds: ReadonlyMap<string, Comparing>) {
    this.#kinds = kinds
  }

  add(view: View, conditions: readonly Condition[]): void {
    const under = filedUnder(conditions)
    if (!under) {
      this.#others.add(view)
      return
    }
    const values = this.#byColumn.get(under.column) ?? new Map<string, Set<View>>()
    this.#byColumn.set(under.column, values)
    for (const value of under.values) {
      const views = values.get(value)
      if (views) views.add(view)
      else values.set(value, new Set([view]))
    }
  }

  remove(view: View, conditions: readonly Condition[]): void {
    this.#others.delete(view)
    const under = filedUnder(conditions)
    const values = under && this.#byColumn.get(under.column)
    for (const value of under?.values ?? []) {
      const views = values?.get(value)
      views?.delete(view)
      if (views?.size === 0) values?.delete(value)
    }
    if (under && values?.size === 0) this.#byColumn.delete(under.column)
  }

  /** Every view that one of these rows may be in. */
  candidates(rows: readonly (Texts | undefined)[]): ReadonlySet<View> {
    const found = new Set(this.#others)
    for (const [column, values] of this.#byColumn)
      for (const row of rows) {
        const text = row?.[column]
        if (text === null || text === undefined) continue
        for (const view of values.get(canonicalText(this.#kinds.get(column) ?? 'text', text)) ?? []) found.add(view)
      }
    return found
  }
}

/** The condition that a view is filed under: that which the fewest rows meet. */
function filedUnder(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(({ operator }) => operator === 'eq') ?? conditions.find(({ operator }) => operator === 'in')
}
