/** What a change of a row is to somebody who sees only some of the rows. */
import type { Json, Publication } from '@baro/core'
import type { Match } from '../filter/matches.ts'
import type { RowChange } from '../table/row-change.ts'
import type { TableShape } from '../table/table.ts'
import { rowOf } from '../values/row-of.ts'
import type { LoggedChange, Texts } from './ring-entry.ts'

/** A change on its way to views. What is made of it is made once for all. */
export class ViewChange {
  readonly change: LoggedChange
  readonly #publication: Publication
  readonly #table: Pick<TableShape, 'key' | 'columns'>
  readonly #made = new Map<RowChange['type'], Publication>()

  constructor(table: Pick<TableShape, 'key' | 'columns'>, publication: Publication, change: LoggedChange) {
    this.#table = table
    this.#publication = publication
    this.change = change
  }

  get offset(): number {
    return this.#publication.offset
  }

  /**
   * What a view gets: a row that comes into its filter is inserted, one that leaves it is deleted. `undefined` if the change
   * is none of its rows.
   */
  seenBy(match: Match): Publication | undefined {
    const { kind, old, new: row } = this.change
    if (kind === 'truncate') return this.#make('truncate', () => ({}))
    const [was, is] = [old !== undefined && match(old), row !== undefined && match(row)]
    if (is && row)
      return was && old
        ? this.#make('update', () => ({ key: this.#key(old), row: this.#row(row) }))
        : this.#make('insert', () => ({ key: this.#key(row), row: this.#row(row) }))
    return was && old ? this.#make('delete', () => ({ key: this.#key(old) })) : undefined
  }

  #make(type: RowChange['type'], payload: () => object): Publication {
    const before = this.#made.get(type)
    if (before) return before
    const { offset, id, time } = this.#publication
    const made: Publication = { type, payload: payload() as Json, offset, id, time }
    this.#made.set(type, made)
    return made
  }

  #row(texts: Texts) {
    return rowOf(this.#table.columns, texts)
  }

  #key(texts: Texts) {
    const { key, columns } = this.#table
    return rowOf(Object.fromEntries(key.map((name) => [name, columns[name] ?? 'text'])), texts)
  }
}
