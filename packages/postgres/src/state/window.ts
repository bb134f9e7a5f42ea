/**
 * In what order a channel shows its rows, and how many. It stands in the name of the channel behind the filter, each part
 * begun by a dot: `category.eq.tools~.order.-price.id~.limit.10`.
 */
import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'

/** What a table takes, as the second argument of a call. */
export interface WindowOptions<Name extends string = string> {
  /** What to sort by, the most important column first; with a hyphen before it, from the greatest to the least. Default: the key. */
  readonly order?: readonly `${'-' | ''}${Name}`[]
  /** Most rows to show, from 1 to 1,000. Default: all of them. */
  readonly limit?: number
}

/** A checked window. */
export interface Window {
  readonly order: readonly string[]
  /** `undefined`: all rows. */
  readonly limit: number | undefined
}

const mostRows = 1_000

/**
 * Checks a window.
 *
 * @param sortable The columns that rows may be sorted by. Strangers choose names, so it is not every column.
 * @throws {BaroError} `bad-name`.
 */
export function windowOf(sortable: ReadonlySet<string>, { order = [], limit }: WindowOptions): Window {
  const columns = order.map(columnOf)
  for (const column of columns)
    if (!sortable.has(column))
      throw new BaroError(
        'bad-name',
        `The order asks for the column ${quote(column)}, which is neither in the key nor among "filters" (${[...sortable].join(', ')}).`,
      )
  if (new Set(columns).size < columns.length)
    throw new BaroError('bad-name', `The order ${quote(order.join(', '))} names a column twice. Name each once.`)
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1 && limit <= mostRows))
    throw new BaroError('bad-name', `The limit is ${quote(limit)}. Use a whole number from 1 to ${mostRows}.`)
  return { order, limit }
}

/** The column that one part of an order names. */
export function columnOf(part: string): string {
  return part.replace(/^-/, '')
}

/** Writes filter and window as one segment of a channel name. */
export function withWindow(filter: string, { order, limit }: Window): string {
  const parts = [
    ...(order.length > 0 ? [`.order.${order.join('.')}`] : []),
    ...(limit === undefined ? [] : [`.limit.${limit}`]),
  ]
  return parts.length === 0 ? filter : [...(filter === 'all' ? [] : [filter]), ...parts].join('~')
}

/** Takes such a segment apart; `undefined` if its window is not in the one spelling that it has. */
export function cutWindow(
  sortable: ReadonlySet<string>,
  text: string,
): { readonly filter: string; readonly window: Window } | undefined {
  // A `~` of a value is written twice, so one that stands alone before a dot begins a part of the window.
  const [, filter = '', order, limit] =
    /^((?:~~|~-|~(?=[^.~-])|[^~])*?)(?:(?:^|~)\.order\.([^~]+))?(?:(?:^|~)\.limit\.(\d{1,4}))?$/s.exec(text) ?? []
  try {
    const window = windowOf(sortable, {
      ...(order !== undefined && { order: order.split('.') }),
      ...(limit !== undefined && { limit: Number(limit) }),
    })
    const found = { filter: filter || 'all', window }
    return withWindow(found.filter, window) === text ? found : undefined
  } catch {
    return undefined
  }
}

/**
 * How many rows a snapshot reads: some more than are shown, so that one that leaves is replaced without asking the database.
 * `undefined`: all.
 */
export function readLimit({ limit }: Pick<Window, 'limit'>): number | undefined {
  return limit === undefined ? undefined : limit + Math.min(Math.max(limit, 10), 100)
}
