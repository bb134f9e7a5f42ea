import type { Params } from '@baro/core'
import type { QueriedSnapshot } from '@baro/core/broker'
import { assertFunction } from '@baro/core/protocol'
import type { Condition } from './filter/condition.ts'
import type { Window } from './state/window.ts'
import type { Row } from './table/row-change.ts'

/** The channel whose rows are read. */
export interface QueriedContext<P extends Params = Params> {
  readonly channel: string
  readonly params: P
  /** What the filter of the channel says. The rows must be those that it lets through. */
  readonly conditions: readonly Condition[]
  /** The order and the limit of the channel. Rows may come in any order, and there may be more: the first ones are kept. */
  readonly window: Window
}

/** The transaction in which the rows are read. */
export interface RowsTransaction {
  /**
   * The rows of a query, as pages get them: it must return the key and the columns of the table's definition, by name.
   * What else it returns is left out.
   */
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

/** How rows are read. */
export type ReadRows<P extends Params> = (
  tx: RowsTransaction,
  context: QueriedContext<P>,
) => readonly Row[] | Promise<readonly Row[]>

/** A snapshot source, as the package of the hub knows it, with the function that reads. */
export interface QueriedRows extends QueriedSnapshot {
  readonly read: ReadRows<Params>
}

/**
 * A snapshot of rows that a query of your own reads, in the transaction that says its position. Without it, a channel
 * shows all rows that its filter lets through.
 *
 * @throws {BaroError} `bad-definition` if it gets no function.
 *
 * @example
 * ```ts
 * hub.on(products, {
 *   access: 'public',
 *   snapshot: queried((tx, { params }) => tx.rows('select * from products order by price limit 10')),
 * })
 * ```
 */
export function queried<P extends Params = Params>(read: ReadRows<P>): QueriedRows {
  assertFunction('queried', read, 'a function that reads rows')
  return { kind: 'queried', read: read as ReadRows<Params> }
}
