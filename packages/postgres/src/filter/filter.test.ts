import { BaroError } from '@baro/core'
import { encodeSegment } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { isLike } from './like.ts'
import { matcher } from './matcher.ts'
import { createSelection } from './selection.ts'
import { orderSql, quoteIdentifier, whereSql } from './selection-sql.ts'
import { parseSelection, selectionText } from './selection-text.ts'

const columns = {
  id: 'bigint',
  title: 'text | null',
  price: 'numeric',
  stock: 'integer | null',
  open: 'boolean',
  at: 'timestamptz',
  status: ['new', 'paid'],
  tags: 'text[]',
  'odd.name': 'text',
} as const

const textOf = (
  ...args: Parameters<typeof createSelection<typeof columns>> extends [unknown, ...infer Rest] ? Rest : never
) => selectionText(columns, createSelection(columns, ...args))

describe('a selection has one spelling', () => {
  test('conditions, lists and values are in their one order and form', () => {
    expect(textOf({ price: { lte: '1.50', gt: '0' }, id: 42 as never })).toBe('id.eq.42~price.gt.0~price.lte.1.5')
    expect(textOf({ stock: { in: [3, 1, 3, 2] } })).toBe('stock.in.1,2,3')
    expect(textOf({ at: { gte: '2026-11-29T05:00:00+09:00' } })).toBe('at.gte.2026-11-28T20:00:00Z')
    expect(textOf({}, { order: ['-price', 'title'], limit: 10 })).toBe('.order.-price,title~.limit.10')
    expect(textOf()).toBe('all')
    expect(textOf({ title: { is: 'not null' }, open: { is: true } })).toBe('open.is.true~title.is.not-null')
  })

  test.each([
    ['a~b,c!d.e', 'title.eq.a!tb!cc!!d.e'],
    ['', 'title.eq.'],
    ['바로', 'title.eq.바로'],
    // Decomposed, so the name as NFC would be that of another text.
    ['바', 'title.eq.!u1107;!u1161;'],
  ])('%j is %s, and comes back through a channel name', (title, text) => {
    expect(textOf({ title: title.normalize(text.includes('!u') ? 'NFD' : 'NFC') })).toBe(text)
    const inName = decodeURIComponent(encodeSegment(text))
    const parsed = parseSelection(columns, inName)
    expect(parsed.ok && parsed.value.conditions[0]?.value).toBe(title.normalize(text.includes('!u') ? 'NFD' : 'NFC'))
  })

  test.each([
    { where: { 'odd.name': { like: '100\\%_.%' } } },
    { where: { tags: { is: null } } },
    { where: { status: { in: ['paid', 'new'] }, open: false } },
    { where: { at: { lt: '0044-03-15T00:00:00+00:00' } }, window: { order: ['-at'], limit: 1 } },
  ] as const)('$where comes back as it was', ({ where, ...rest }) => {
    const selection = createSelection(columns, where as never, (rest as { window?: never }).window)
    expect(parseSelection(columns, selectionText(columns, selection))).toEqual({ ok: true, value: selection })
  })

  test.each([
    '',
    'all~all',
    'id.eq.042',
    'price.eq.1.50',
    'stock.in.2,1',
    'id.eq.1~id.eq.2',
    'price.gt.1~id.eq.1',
    'title.eq.!x',
    'title.eq.!u110000;',
    'title.eq.!u41;',
    '.limit.10~.order.id',
    '.limit.0',
    '.limit.',
    '.order.',
    '.drop.table',
    'toString.eq.1',
    '__proto__.eq.1',
    'title.is.unknown',
    'id.eq.1;drop table x',
    'secret.eq.1',
  ])('the name %s of a stranger is no channel', (text) => {
    const parsed = parseSelection(columns, text)
    expect(parsed).toMatchObject({ ok: false, error: { code: 'bad-name' } })
  })
})

test.each([
  [{ colour: 'red' }, 'Declared are: id, title'],
  [{ stock: { between: [1, 2] } }, 'Known are: eq, neq'],
  [{ stock: 'many' }, 'is no integer'],
  [{ stock: { gt: 1.5 } }, 'is no integer'],
  [{ tags: ['a'] }, 'only "is" can filter'],
  [{ stock: { like: '1%' } }, 'cannot filter'],
  [{ title: null }, '{ is: null }'],
  [{ title: { eq: null } }, '{ is: null }'],
  [{ stock: { in: [] } }, 'at least one value'],
  [{ title: { like: 'a\\' } }, 'ends with a backslash'],
  [{ title: 'a\ud800' }, 'half of a character'],
  [{ status: 'gone' }, 'is no enum (new, paid)'],
  [{ stock: { is: true } }, 'for a bool'],
])('%j is refused at the call', (where, words) => {
  expect(() => createSelection(columns, where as never)).toThrow(words)
  expect(() => createSelection(columns, where as never)).toThrow(expect.objectContaining({ code: 'bad-name' }))
})

test.each([{ order: ['tags'] }, { order: ['nothing'] }, { limit: 0 }, { limit: 1_001 }, { limit: 1.5 }])(
  'the window %j is refused at the call',
  (window) => expect(() => createSelection(columns, {}, window as never)).toThrow(BaroError),
)

test('every value is a parameter, and every name is quoted', () => {
  const selection = createSelection(columns, {
    title: { ilike: "'; drop table x --" },
    'odd.name': { gt: 'a' },
    stock: { in: [1, 2] },
    open: { is: true },
  })
  expect(whereSql(columns, selection, 3)).toEqual({
    text: `"odd.name" collate "C" > $3 and "open" is true and "stock" in ($4, $5) and "title" collate "C" ilike $6`,
    values: ['a', '1', '2', "'; drop table x --"],
  })
  expect(orderSql(columns, createSelection(columns, {}, { order: ['-title'] }), ['id'])).toBe(
    '"title" collate "C" desc, "id" asc',
  )
  expect(quoteIdentifier('a"b')).toBe('"a""b"')
  expect(() => quoteIdentifier('가'.repeat(22))).toThrow('63 bytes')
})

test('nothing is compared with NULL but by "is"', () => {
  const row = { id: '1', title: null, stock: null }
  const found = (where: object) => matcher(columns, createSelection(columns, where))(row)
  expect(found({ title: { neq: 'x' } })).toBe(false)
  expect(found({ stock: { in: [1] } })).toBe(false)
  expect(found({ title: { like: '%' } })).toBe(false)
  expect(found({ title: { is: null }, id: '1' })).toBe(true)
  expect(found({ title: { is: 'not null' } })).toBe(false)
})

test.each([
  ['바로', '바_', true],
  ['😀', '_', true],
  ['abc', '%c', true],
  ['abcabc', '%bc', true],
  ['a%c', 'a\\%c', true],
  ['abc', 'a\\%c', false],
  ['', '%', true],
  ['', '_', false],
  ['a\nb', 'a_b', true],
  ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaab', '%a%a%a%a%a%a%a%a%a%c', false],
])('%s like %s: %s', (text, pattern, is) => expect(isLike(text, pattern)).toBe(is))
