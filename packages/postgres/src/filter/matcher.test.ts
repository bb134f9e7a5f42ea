import { expect, test } from 'vitest'
import { conditionsOf, filterColumns } from './filter.ts'
import { filterSql, quoteIdentifier } from './filter-sql.ts'
import { isLike } from './like.ts'
import { matcher } from './matcher.ts'

const columns = filterColumns(
  {
    id: 'bigint',
    title: 'text | null',
    stock: 'integer | null',
    ratio: 'double precision',
    open: 'boolean',
    status: ['new', 'paid'],
  },
  ['id', 'title', 'stock', 'ratio', 'open', 'status'],
)

test('every value is a parameter of its type, and every name is quoted', () => {
  const conditions = conditionsOf(columns, {
    title: { ilike: "'; drop table x --", gt: 'a' },
    stock: { in: [1, 2] },
    open: { is: true },
    status: 'gone',
  })
  expect(filterSql(columns, conditions, 3)).toEqual({
    text: '"title" collate "C" ilike $3::text and "title" collate "C" > $4::text and "stock" in ($5::bigint, $6::bigint) and "open" is true and "status"::text = $7::text',
    values: ["'; drop table x --", 'a', '1', '2', 'gone'],
  })
  expect(filterSql(columns, [])).toEqual({ text: 'true', values: [] })
  expect(quoteIdentifier('a"b')).toBe('"a""b"')
  expect(() => quoteIdentifier('가'.repeat(22))).toThrow('63 bytes')
})

test('nothing is compared with NULL but by "is"', () => {
  const row = { id: '1', title: null, stock: null }
  const found = (filter: object) => matcher(columns, conditionsOf(columns, filter))(row)
  expect(found({ title: { neq: 'x' } })).toBe(false)
  expect(found({ stock: { in: [1] } })).toBe(false)
  expect(found({ title: { like: '%' } })).toBe(false)
  expect(found({ title: { is: null }, id: '1' })).toBe(true)
})

test.each([
  ['바로', '바_', true],
  ['😀', '_', true],
  ['abcabc', '%bc', true],
  ['a%c', 'a\\%c', true],
  ['abc', 'a\\%c', false],
  ['', '%', true],
  ['', '_', false],
  ['a\nb', 'a_b', true],
  [`${'a'.repeat(5_000)}b`, `${'%a'.repeat(40)}c`, false],
])('%s like %s: %s', (text, pattern, is) => expect(isLike(text, pattern)).toBe(is))
