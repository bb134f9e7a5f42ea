/** Finds the ranges that a value lies in, without asking each: a tree over their lower ends that knows the highest upper end. */
import type { Comparer } from '../filter/matches.ts'

/** From a value to a value, both included; without one, no end on that side. */
export interface Range {
  readonly lower?: unknown
  readonly upper?: unknown
}

interface Filed<View> extends Range {
  readonly view: View
}

/** So many new ones are asked one by one, before all are sorted again. */
const mostFresh = 64

export class RangeIndex<View> {
  readonly #order: Comparer['order']
  readonly #filed = new Map<View, Filed<View>>()
  /** By their lower ends. The middle of a part is its root, and stands above its two halves. */
  #sorted: readonly Filed<View>[] = []
  /** For each root, the highest upper end of its part; `undefined` if one has none. */
  #highest: unknown[] = []
  #fresh = new Set<Filed<View>>()

  constructor(order: Comparer['order']) {
    this.#order = order
  }

  get size(): number {
    return this.#filed.size
  }

  get views(): Iterable<View> {
    return this.#filed.keys()
  }

  add(view: View, range: Range): void {
    const filed = { ...range, view }
    this.#filed.set(view, filed)
    this.#fresh.add(filed)
  }

  remove(view: View): void {
    const filed = this.#filed.get(view)
    this.#filed.delete(view)
    if (filed) this.#fresh.delete(filed)
  }

  /** Calls `found` with each view whose range holds the value. */
  at(value: unknown, found: (view: View) => void): void {
    const gone = this.#sorted.length + this.#fresh.size - this.#filed.size
    if (this.#fresh.size > mostFresh || gone > mostFresh + this.#filed.size) this.#sort()
    const order = this.#order
    const take = (filed: Filed<View>): void => {
      const { view, lower, upper } = filed
      if (lower !== undefined && order(lower, value) > 0) return
      if (upper !== undefined && order(value, upper) > 0) return
      if (this.#filed.get(view) === filed) found(view)
    }
    for (const filed of this.#fresh) take(filed)
    const look = (start: number, end: number): void => {
      if (start >= end) return
      const root = (start + end) >> 1
      const highest = this.#highest[root]
      if (highest !== undefined && order(value, highest) > 0) return
      look(start, root)
      const filed = this.#sorted[root] as Filed<View>
      if (filed.lower !== undefined && order(filed.lower, value) > 0) return
      take(filed)
      look(root + 1, end)
    }
    look(0, this.#sorted.length)
  }

  #sort(): void {
    const order = this.#order
    const byLower = (a: Filed<View>, b: Filed<View>): number =>
      a.lower === undefined ? (b.lower === undefined ? 0 : -1) : b.lower === undefined ? 1 : order(a.lower, b.lower)
    const sorted = [...this.#filed.values()].sort(byLower)
    const highest: unknown[] = new Array(sorted.length)
    const higher = (a: unknown, b: unknown) =>
      a === undefined || b === undefined ? undefined : order(a, b) > 0 ? a : b
    const measure = (start: number, end: number): unknown => {
      const root = (start + end) >> 1
      let top = sorted[root]?.upper
      if (start < root) top = higher(top, measure(start, root))
      if (root + 1 < end) top = higher(top, measure(root + 1, end))
      highest[root] = top
      return top
    }
    if (sorted.length > 0) measure(0, sorted.length)
    this.#sorted = sorted
    this.#highest = highest
    this.#fresh = new Set()
  }
}
