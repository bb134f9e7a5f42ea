/** The rows as a reader believes them, and what it finds wrong with each step. */
import type { Json } from '@baro/core'

/** What can be wrong. */
export const faults = ['lost', 'doubled', 'reordered', 'end'] as const
export type Fault = (typeof faults)[number]

type Version = { readonly id: string; readonly version: string; readonly before: string | null }

export class CheckedRows {
  readonly #rows = new Map<string, Version>()
  /** Versions that were here once, to tell what came again from what never came. */
  readonly #seen = new Set<string>()
  readonly #isFiltered: boolean
  readonly #fault: (fault: Fault, what: string) => void

  constructor(isFiltered: boolean, fault: (fault: Fault, what: string) => void) {
    this.#isFiltered = isFiltered
    this.#fault = fault
  }

  /** Begins again with the rows of a snapshot. */
  begin(rows: readonly Json[]): void {
    this.#rows.clear()
    this.#seen.clear()
    for (const row of rows as unknown as readonly Version[]) this.#set(row)
  }

  /** Takes one change, which must be the next one of its row. */
  take(type: string, payload: Json): void {
    const { key, row } = payload as unknown as { readonly key: { readonly id: string }; readonly row?: Version }
    const had = this.#rows.get(key.id)
    const what = `${type} ${JSON.stringify(payload)} upon ${JSON.stringify(had)}`
    if (type === 'insert' && row) {
      if (had) this.#fault(this.#seen.has(row.version) ? 'doubled' : 'lost', what)
      // Of a row that came into the filter, what it was before was not to be seen.
      else if (!this.#isFiltered && row.before !== null) this.#fault('lost', what)
    } else if (type === 'update' && row) {
      if (!had) this.#fault('lost', what)
      else if (this.#seen.has(row.version)) this.#fault('doubled', what)
      else if (row.before !== had.version) this.#fault(this.#seen.has(row.before ?? '') ? 'reordered' : 'lost', what)
      this.#rows.delete(key.id)
    } else if (!had) this.#fault('lost', what)
    else this.#rows.delete(key.id)
    if (row) this.#set(row)
  }

  /** At the end it must be the table. */
  compare(rows: readonly Json[]): void {
    const text = (all: Iterable<Version>) => [...all].map(({ id, version }) => `${id}:${version}`).sort()
    const [own, table] = [text(this.#rows.values()), text(rows as unknown as readonly Version[])]
    if (own.join() === table.join()) return
    const [here, there] = [new Set(own), new Set(table)]
    this.#fault(
      'end',
      `here only: ${own.filter((one) => !there.has(one)).slice(0, 5)}; in the table only: ${table.filter((one) => !here.has(one)).slice(0, 5)}`,
    )
  }

  get rows(): ReadonlyMap<string, Version> {
    return this.#rows
  }

  #set(row: Version): void {
    this.#rows.set(row.id, row)
    this.#seen.add(row.version)
  }
}
