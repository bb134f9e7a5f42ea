/** The filters of `postgres_changes`: `column=[not.]operator.value`, several with commas between them, all of them true. */
import { BaroError } from '@baro/core'
import { accepted, quote, type Result, refused } from '@baro/core/protocol'

/** A filter as `table(…)` of `@baro/postgres` takes it. */
export type RowFilter = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What each operator of Supabase is as one of `table(…)`, and what it is with `not.` before it. */
const operators: Readonly<Record<string, readonly [plain: string, negated: string]>> = Object.assign(
  Object.create(null),
  {
    ...{ eq: ['eq', 'neq'], neq: ['neq', 'eq'], lt: ['lt', 'gte'], lte: ['lte', 'gt'] },
    ...{ gt: ['gt', 'lte'], gte: ['gte', 'lt'], in: ['in', 'notin'], is: ['is', 'isnot'] },
    ...{ like: ['like', 'notlike'], ilike: ['ilike', 'notilike'], isdistinct: ['isdistinct', 'eq'] },
  },
)

/** Supabase has them, and no channel can: only a database knows its regular expressions, and some run for ever. */
const expressions: ReadonlySet<string> = new Set(['match', 'imatch'])

const keywords: Readonly<Record<string, boolean | null>> = Object.assign(Object.create(null), {
  ...{ null: null, unknown: null, true: true, false: false },
})

const condition = /^([^=.,]+)=(not\.)?([a-z]+)\.(.*)$/s

/** Reads a filter. It never throws. */
export function parseRowFilter(text: string): Result<RowFilter> {
  const filter: Record<string, Record<string, unknown>> = Object.create(null)
  if (text.trim() === '') return accepted(filter)
  for (const part of partsOf(text)) {
    const [, column, not, asked = '', said = ''] = condition.exec(part.trim()) ?? []
    if (expressions.has(asked)) return refused(noExpression(text, asked))
    const operator = operators[asked]?.[not === undefined ? 0 : 1]
    if (column === undefined || operator === undefined) return bad(text)
    const value = valueFor(asked, said)
    if (value === undefined) return bad(text)
    const own = filter[column] ?? {}
    filter[column] = own
    if (operator in own && operator !== 'neq')
      return refused(
        new BaroError(
          'bad-message',
          `The filter ${quote(text)} asks for ${operator} of ${quote(column)} twice. Ask once.`,
        ),
      )
    if (operator !== 'neq' || !('neq' in own || 'notin' in own)) own[operator] = value
    else {
      // Unequal to this and to that is none of both.
      own.notin = [...((own.notin as readonly unknown[] | undefined) ?? []), ...('neq' in own ? [own.neq] : []), value]
      delete own.neq
    }
  }
  return accepted(filter)
}

/** Splits at commas that are neither in parentheses nor in quotes. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = []
  let [depth, isQuoted, from] = [0, false, 0]
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isQuoted) {
      if (character === '\\') at++
      else if (character === '"') isQuoted = false
    } else if (character === '"') isQuoted = at === from || '.(,'.includes(text[at - 1] ?? '')
    else if (character === '(') depth++
    else if (character === ')') depth = Math.max(0, depth - 1)
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}

/** `undefined` for what the operator does not take. */
function valueFor(asked: string, text: string): unknown {
  if (asked === 'is') return keywords[text]
  if (asked !== 'in') return withoutQuotes(text)
  if (!/^\(.*\)$/s.test(text)) return undefined
  return partsOf(text.slice(1, -1)).map((one) => withoutQuotes(one.trim()))
}

function withoutQuotes(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text
}

function noExpression(text: string, operator: string): BaroError {
  return new BaroError(
    'bad-message',
    `The filter ${quote(text)} cannot be followed: there is no ${operator}. Ask by like or ilike, or follow all rows and choose among them.`,
  )
}

function bad(text: string): Result<never> {
  return refused(
    new BaroError(
      'bad-message',
      `The filter ${quote(text)} cannot be followed. Write column=[not.]operator.value with one of: ${Object.keys(operators).join(' ')}.`,
    ),
  )
}
