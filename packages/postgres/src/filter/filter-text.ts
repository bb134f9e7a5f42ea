/**
 * A filter as one segment of a channel name: `category.eq.tools~price.lt.100`, or `all`. Conditions are sorted, and stand
 * between `~`. In values `~~` is a `~`, and `~-` stands between those of a list.
 */
import type { Condition, Operator } from './condition.ts'
import { operators } from './condition.ts'

/** The filter that lets every row through. */
export const everything = 'all'

/** Writes conditions, each once. */
export function formatFilter(conditions: readonly Condition[]): string {
  const texts = conditions.map(
    ({ column, operator, values }) => `${column}.${operator}.${values.map(escaped).join('~-')}`,
  )
  return [...new Set(texts)].sort(byCode).join('~') || everything
}

/** Reads conditions, whatever their columns and values are; `undefined` if the text is no filter. */
export function readFilter(text: string): readonly Condition[] | undefined {
  if (text === everything) return []
  const conditions: Condition[] = []
  for (const part of splitConditions(text)) {
    const [, column, operator, rest] = /^([^.~]+)\.([a-z]+)\.(.*)$/su.exec(part) ?? []
    if (column === undefined || rest === undefined || !operators.includes(operator as Operator)) return undefined
    const [first = '', ...others] = splitValues(rest)
    conditions.push({ column, operator: operator as Operator, values: [first, ...others] })
  }
  return conditions
}

/** Whether a column can stand in a filter: its name must not be taken for something else. */
export function isFilterName(column: string): boolean {
  return /^[\p{L}_][^.~]*$/u.test(column) && column === column.normalize('NFC')
}

function escaped(value: string): string {
  return value.replaceAll('~', '~~')
}

function splitConditions(text: string): readonly string[] {
  const parts = ['']
  for (const [token] of text.matchAll(/~[~-]|~|[^~]+/gsu)) {
    if (token === '~') parts.push('')
    else parts.push(`${parts.pop() ?? ''}${token}`)
  }
  return parts
}

function splitValues(text: string): readonly string[] {
  const values = ['']
  for (const [token] of text.matchAll(/~[~-]|[^~]+/gsu)) {
    if (token === '~-') values.push('')
    else values.push(`${values.pop() ?? ''}${token === '~~' ? '~' : token}`)
  }
  return values
}

/** By code unit, the same everywhere. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
