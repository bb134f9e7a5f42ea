import { BaroError } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { assertColumnType, type ColumnType } from './column-type.ts'
import { orderOf } from './order.ts'
import { readValue } from './read-value.ts'
import { writeValue } from './write-value.ts'

/** The text of a query, the same value in a row as JSON, and what a page gets. */
const values: readonly (readonly [type: ColumnType, printed: string, inJson: string, value: unknown])[] = [
  ['boolean', 't', 'true', true],
  ['integer', '-2147483648', '-2147483648', -2147483648],
  ['bigint', '9223372036854775807', '9223372036854775807', '9223372036854775807'],
  ['numeric', '1.10', '1.10', '1.10'],
  [
    'numeric',
    '123456789012345678901234567890.5',
    '123456789012345678901234567890.5',
    '123456789012345678901234567890.5',
  ],
  ['numeric', 'NaN', 'NaN', 'NaN'],
  ['double precision', '0.1', '0.1', 0.1],
  ['double precision', '1e+300', '1e+300', 1e300],
  ['double precision', 'NaN', 'NaN', 'NaN'],
  ['real', '-Infinity', '-Infinity', '-Infinity'],
  ['text', '{"a": 1}', '{"a": 1}', '{"a": 1}'],
  [
    'uuid',
    'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  ],
  ['date', '2026-11-28', '2026-11-28', '2026-11-28'],
  ['date', '0044-03-15 BC', '0044-03-15 BC', '-000043-03-15'],
  ['date', 'infinity', 'infinity', 'infinity'],
  ['timestamp', '2026-11-28 20:55:01.123450', '2026-11-28T20:55:01.12345', '2026-11-28T20:55:01.12345'],
  ['timestamptz', '2026-11-29 05:55:01.123456+09', '2026-11-28T20:55:01.123456+00:00', '2026-11-28T20:55:01.123456Z'],
  ['timestamptz', '2027-01-01 00:00:00+05:30', '2026-12-31T18:30:00+00:00', '2026-12-31T18:30:00Z'],
  ['timestamptz', '20000-01-01 00:00:00+00', '20000-01-01T00:00:00+00:00', '+020000-01-01T00:00:00Z'],
  ['timestamptz', '0001-01-01 00:00:00+08:27:52', '0001-12-31T15:32:08+00:00 BC', '0000-12-31T15:32:08Z'],
  ['timestamptz', '-infinity', '-infinity', '-infinity'],
  ['bytea', '\\x00ff', '\\x00ff', new Uint8Array([0, 255])],
  [
    'jsonb',
    '{"id": 9007199254740993, "half": 0.5}',
    '{"id": 9007199254740993, "half": 0.5}',
    { id: '9007199254740993', half: 0.5 },
  ],
  [
    'text[]',
    '{a,NULL,"NULL","b \\"c\\" \\\\,{}"}',
    '["a",null,"NULL","b \\"c\\" \\\\,{}"]',
    ['a', null, 'NULL', 'b "c" \\,{}'],
  ],
  [
    'bigint[]',
    '{{1,9223372036854775807},{3,NULL}}',
    '[[1,9223372036854775807],[3,null]]',
    [
      ['1', '9223372036854775807'],
      ['3', null],
    ],
  ],
  ['numeric[]', '{1.10,-0.000}', '[1.10,-0.000]', ['1.10', '-0.000']],
  ['integer[]', '{}', '[]', []],
  ['timestamptz[]', '{"2026-11-29 05:55:01+09"}', '["2026-11-28T20:55:01+00:00"]', ['2026-11-28T20:55:01Z']],
  [
    'int8range',
    '[1,9223372036854775807)',
    '[1,9223372036854775807)',
    { lower: '1', upper: '9223372036854775807', bounds: '[)' },
  ],
  [
    'tstzrange',
    '["2026-11-29 05:00:00+09",)',
    '["2026-11-28 20:00:00+00",)',
    { lower: '2026-11-28T20:00:00Z', upper: null, bounds: '[)' },
  ],
  ['daterange', 'empty', 'empty', 'empty'],
  [['new', 'paid'], 'paid', 'paid', 'paid'],
]

describe('a value goes through without loss', () => {
  test.each(values)('%s %s', (type, printed, inJson, value) => {
    expect(readValue(type, printed)).toEqual(value)
    expect(readValue(type, inJson)).toEqual(value)
  })

  test.each(values)('what a page has of %s %s can be written back', (type, _printed, _inJson, value) => {
    expect(readValue(type, writeValue(type, value))).toEqual(value)
  })

  test('NULL is null, of any type', () => {
    for (const [type] of values) {
      expect(readValue(type, null)).toBeNull()
      expect(writeValue(type, null)).toBeNull()
    }
  })

  test('an array whose first index is not 1 is its list', () => {
    expect(readValue('integer[]', '[0:1]={7,8}')).toEqual([7, 8])
  })

  test('a number in JSON that a double cannot hold is its text, and one in a string stays what it is', () => {
    const text = '[1.0, 0.1, 1e400, 0.10000000000000000001, -12345678901234567890, "12345678901234567890 \\" 1e400"]'
    expect(readValue('json', text)).toEqual([
      1,
      0.1,
      '1e400',
      '0.10000000000000000001',
      '-12345678901234567890',
      '12345678901234567890 " 1e400',
    ])
  })
})

test.each([
  ['integer', 'abc'],
  ['bigint', '1.5'],
  ['boolean', 'maybe'],
  ['timestamptz', 'yesterday'],
  ['uuid', '1'],
  ['integer[]', 'a,b'],
  ['bytea', 'Zm9v'],
] as const)('a text that is no %s says that the column is declared wrongly', (type, text) => {
  expect(() => readValue(type, text)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
})

test.each([
  ['integer', 2 ** 31],
  ['integer', 1.5],
  ['bigint', '9223372036854775808'],
  ['text', 1],
  ['text', 'a\0b'],
  ['timestamptz', '2026-11-28T20:55:01'],
  ['timestamp', '2026-11-28T20:55:01Z'],
  ['uuid', 'x'],
  [['new', 'paid'], 'lost'],
  ['integer[]', 1],
  ['numeric', '1; drop table x'],
] as const)('a value that is no %s is refused before the database sees it: %s', (type, value) => {
  expect(() => writeValue(type, value)).toThrow(BaroError)
  expect(() => writeValue(type, value)).toThrow(expect.objectContaining({ code: 'invalid-payload' }))
})

test('a type that is not known is refused, with the name that it has here', () => {
  expect(() => assertColumnType('id', 'int8[] | null')).toThrow("Write 'bigint[] | null'.")
  expect(() => assertColumnType('id', 'money')).toThrow('Known types are')
  expect(() => assertColumnType('id', ['a', 'a'])).toThrow('each label once')
  expect(() => assertColumnType('id', ['a', 'b'])).not.toThrow()
})

/** Values of a type from the least to the greatest; those in one list are equal. */
const sorted: readonly (readonly [ColumnType, readonly (readonly unknown[])[]])[] = [
  [
    'bigint',
    [['-9223372036854775808'], ['-10'], ['-9'], ['0'], ['9'], ['10'], ['9007199254740992'], ['9007199254740993']],
  ],
  [
    'numeric',
    [
      ['-Infinity'],
      ['-1.5'],
      ['-1.45'],
      ['-0.5'],
      ['0', '0.00', '-0'],
      ['0.05'],
      ['0.5', '0.50'],
      ['9.9'],
      ['10'],
      ['Infinity'],
      ['NaN'],
    ],
  ],
  ['double precision', [['-Infinity'], [-1], [0, -0], [1], ['Infinity'], ['NaN']]],
  ['real', [[0.1, 0.100000001490116], [0.2]]],
  ['text', [[''], ['A'], ['a'], ['a '], ['가'], ['\uffee'], ['😀']]],
  ['char', [['a', 'a  '], ['b']]],
  ['boolean', [[false], [true]]],
  [
    'timestamptz',
    [
      ['-infinity'],
      ['-000043-03-15T00:00:00Z'],
      ['-000042-01-01T00:00:00Z'],
      ['-000042-02-01T00:00:00Z'],
      ['0000-12-31T15:32:08Z'],
      ['2026-11-28T20:55:01Z'],
      ['2026-11-28T20:55:01.5Z'],
      ['2026-11-28T20:55:02Z'],
      ['+020000-01-01T00:00:00Z'],
      ['infinity'],
    ],
  ],
  [
    ['new', 'paid', 'gone'],
    [['new'], ['paid'], ['gone']],
  ],
]

test.each(sorted)('%s is ordered as the database orders it', (type, groups) => {
  const order = orderOf(type) as (a: unknown, b: unknown) => number
  for (const [indexA, a] of groups.entries())
    for (const [indexB, b] of groups.entries())
      for (const one of a)
        for (const other of b)
          expect([one, other, Math.sign(order(one, other)) + 0]).toEqual([one, other, Math.sign(indexA - indexB)])
})
