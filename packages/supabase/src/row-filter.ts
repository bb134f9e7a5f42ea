/** The filters of `postgres_changes`: `column=[not.]operator.value`, several with commas between them, all of them true. */
import { BaroError } from '@baro/core'
import { accepted, quote, type Result, refused } from '@baro/core/protocol'

/** A filter as `table(…)` of `@baro/postgres` takes it. */
export type RowFilter = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const operators = new Set(['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in', 'like', 'ilike', 'is'])
const opposites: Readonly<Record<string, string>> = { eq: 'neq', neq: 'eq', lt: 'gte', gte: 'lt', gt: 'lte', lte: 'gt' }

const condition = /^([^=.,]+)=(not\.)?([a-z]+)\.(.*)$/s

/** Reads a filter. It never throws. */
export function parseRowFilter(text: string): Result<RowFilter> {
  const filter: Record<string, Record<string, unknown>> = Object.create(null)
  for (const part of partsOf(text)) {
    const [, column, not, asked = '', value = ''] = condition.exec(part) ?? []
    const operator = not === undefined ? asked : opposites[asked]
    if (column === undefined || operator === undefined || !operators.has(operator)) return bad(text)
    const own = filter[column] ?? {}
    filter[column] = own
    if (operator in own || (operator === 'in' && !/^\(.*\)$/s.test(value))) return bad(text)
    own[operator] = valueFor(operator, value)
  }
  return Object.keys(filter).length > 0 ? accepted(filter) : bad(text)
}

/** Splits at commas that are neither in parentheses nor in quotes. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = []
  let [depth, isQuoted, from] = [0, false, 0]
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"' && text[at - 1] !== '\\') isQuoted = !isQuoted
    if (isQuoted) continue
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}

function valueFor(operator: string, text: string): unknown {
  if (operator === 'is') return text === 'null' ? null : text === 'true'
  if (operator !== 'in') return withoutQuotes(text)
  return partsOf(text.slice(1, -1)).map(withoutQuotes)
}

function withoutQuotes(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text
}

function bad(text: string): Result<never> {
  return refused(
    new BaroError(
      'bad-message',
      `The filter ${quote(text)} cannot be followed. Write column=operator.value with one of: ${[...operators].join(' ')}.`,
    ),
  )
}
