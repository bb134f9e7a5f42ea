/**
 * A selection as one segment of a channel name, and back: `category.eq.book~price.lte.10~.order.-price~.limit.10`. One
 * selection has one spelling; what has another one is no channel.
 */
import type { Json } from '@baro/core'
import { BaroError } from '@baro/core'
import { accepted, quote, type Result, refused } from '@baro/core/protocol'
import type { Columns } from '../values/column-type.ts'
import { readValue } from '../values/read-value.ts'
import { writeValue } from '../values/write-value.ts'
import { type Condition, createSelection, type OrderedBy, type Selection, type Sorting } from './selection.ts'

/** The text of a selection that selects all rows: a segment is never empty. */
const all = 'all'

/** Writes a checked selection. */
export function selectionText(columns: Columns, { conditions, order, limit }: Selection): string {
  const write = (spell: (text: string) => string): string =>
    [
      ...conditions.map(
        (one) => `${spell(one.column).replaceAll('.', '!d')}.${one.operator}.${valueText(columns, one, spell)}`,
      ),
      ...(order.length > 0 ? [`.order.${order.map((one) => sortingText(one, spell)).join(',')}`] : []),
      ...(limit === undefined ? [] : [`.limit.${limit}`]),
    ].join('~') || all
  const text = write(escaped)
  // A channel name is NFC. What is not is spelled out, so that no text becomes another one.
  return text === text.normalize('NFC') ? text : write((part) => spelledOut(escaped(part)))
}

function sortingText({ column, descending }: Sorting, spell: (text: string) => string): string {
  return `${descending ? '-' : ''}${spell(column).replace(/^-/, '!m')}`
}

function valueText(columns: Columns, { column, operator, value }: Condition, spell: (text: string) => string): string {
  if (operator === 'is') return String(value).replace(' ', '-')
  const text = (one: Json): string => spell(String(writeValue(columns[column] ?? 'text', one)))
  return operator === 'in' ? (value as readonly Json[]).map(text).join(',') : text(value)
}

const escapes: Readonly<Record<string, string>> = { '!': '!!', '~': '!t', ',': '!c' }

function escaped(text: string): string {
  return text.replace(/[!~,]/g, (character) => escapes[character] ?? character)
}

function spelledOut(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) => `!u${character.codePointAt(0)?.toString(16)};`)
}

const unescapes: Readonly<Record<string, string>> = { '!': '!', t: '~', c: ',', d: '.', m: '-' }

function unescaped(text: string): string {
  return text.replace(/!(?:u([0-9a-f]{1,6});|(.?))/gsu, (_, code, character) => {
    const found = code === undefined ? unescapes[character] : codePoint(Number.parseInt(code, 16))
    if (found === undefined) throw new SyntaxError('no escape')
    return found
  })
}

function codePoint(code: number): string | undefined {
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? undefined : String.fromCodePoint(code)
}

/** Reads what {@link selectionText} wrote. Strangers choose names, so everything else is refused as `bad-name`. */
export function parseSelection(columns: Columns, text: string): Result<Selection> {
  try {
    const selection = read(columns, text)
    if (selectionText(columns, selection) === text) return accepted(selection)
  } catch (error) {
    if (error instanceof BaroError && error.code === 'bad-name') return refused(error)
  }
  return refused(
    new BaroError(
      'bad-name',
      `${quote(text)} is no selection of rows in its one spelling. Let the table write the name.`,
    ),
  )
}

function read(columns: Columns, text: string): Selection {
  const where: Record<string, Record<string, unknown>> = Object.create(null)
  const window: { order?: OrderedBy<Columns>[]; limit?: number } = {}
  for (const part of text === all ? [] : text.split('~')) {
    const [, name = '', operator = '', rest = ''] = /^([^.]*)\.([a-z]+)\.(.*)$/s.exec(part) ?? []
    if (operator === '') throw new SyntaxError('no condition')
    if (name === '' && operator === 'order')
      window.order = rest
        .split(',')
        .map((one) => (one.startsWith('-') ? `-${unescaped(one.slice(1))}` : unescaped(one)))
    else if (name === '' && operator === 'limit') window.limit = Number(rest)
    else {
      const column = unescaped(name)
      const asked = where[column] ?? {}
      asked[operator] = readOperand(columns, column, operator, rest)
      where[column] = asked
    }
  }
  return createSelection(columns, where as never, window)
}

function readOperand(columns: Columns, column: string, operator: string, text: string): unknown {
  if (operator === 'is') return isValues.get(text)
  const type = Object.hasOwn(columns, column) ? columns[column] : undefined
  // What is not declared is refused by name, with what is.
  if (type === undefined) return text
  const value = (one: string): Json => readValue(type, unescaped(one))
  return operator === 'in' ? text.split(',').map(value) : value(text)
}

const isValues: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['null', null],
  ['not-null', 'not null'],
  ['true', true],
  ['false', false],
])
