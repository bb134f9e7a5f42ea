import { describe, expect, test } from 'vitest'
import { StreamReader } from './stream-reader.ts'

const u16 = (n: number) => [n >> 8, n & 255]
const u32 = (n: number) => [...u16(n >>> 16), ...u16(n & 0xffff)]
const u64 = (n: number) => [...u32(0), ...u32(n)]
const text = (value: string) => [...Buffer.from(value), 0]
const mark = (value: string) => value.charCodeAt(0)
const tuple = (...values: (string | null | undefined)[]) => [
  ...u16(values.length),
  ...values.flatMap((one) => {
    if (one === null) return [mark('n')]
    return one === undefined ? [mark('u')] : [mark('t'), ...u32(Buffer.byteLength(one)), ...Buffer.from(one)]
  }),
]
const data = (kind: string, ...bytes: number[]) => Buffer.from([mark('w'), ...Array(24).fill(0), mark(kind), ...bytes])
const relation = (identity: string) =>
  data(
    'R',
    ...u32(5),
    ...text('public'),
    ...text('notes'),
    mark(identity),
    ...u16(3),
    ...[
      ...[1, ...text('id'), ...u32(23), ...u32(0)],
      ...[0, ...text('body'), ...u32(25), ...u32(0)],
      ...[0, ...text('done'), ...u32(16), ...u32(0)],
    ],
  )
const update = (old: readonly (string | null | undefined)[], now: readonly (string | null | undefined)[]) =>
  data('U', ...u32(5), mark('O'), ...tuple(...old), mark('N'), ...tuple(...now))

function reading(identity = 'f') {
  const reader = new StreamReader(2n ** 32n)
  reader.read(relation(identity))
  return reader
}

describe('the steps of a stream', () => {
  test('I12: what an update left as it was is what it was, and never null', () => {
    expect(reading().read(update(['1', 'long', 't'], ['1', undefined, 'f']))).toMatchObject([
      {
        table: 'public.notes',
        change: {
          old: { id: '1', body: 'long', done: 'true' },
          new: { id: '1', body: 'long', done: 'false' },
        },
      },
    ])
  })

  test('an update that changes nothing is none, and null is a value', () => {
    expect(reading().read(update(['1', 'long', null], ['1', undefined, null]))).toEqual([])
    expect(reading().read(update(['1', null, 't'], ['1', 'null', 't']))).toHaveLength(1)
  })

  test('a table that does not tell the row that was is blind, but for what is inserted', () => {
    const reader = reading('d')
    expect(reader.read(data('U', ...u32(5), mark('N'), ...tuple('1', undefined, 't')))).toEqual([
      { kind: 'blind', table: 'public.notes' },
    ])
    expect(reader.read(data('D', ...u32(5), mark('K'), ...tuple('1', null, null)))).toMatchObject([{ kind: 'blind' }])
    expect(reader.read(data('I', ...u32(5), mark('N'), ...tuple('1', 'a', 't')))).toMatchObject([{ kind: 'change' }])
  })

  test('after an ALTER TABLE the columns are those that the server told last', () => {
    const reader = reading()
    reader.read(
      data(
        'R',
        ...u32(5),
        ...text('public'),
        ...text('notes'),
        mark('f'),
        ...u16(1),
        1,
        ...text('key'),
        ...u32(20),
        ...u32(0),
      ),
    )
    expect(reader.read(data('I', ...u32(5), mark('N'), ...tuple('9')))).toMatchObject([
      { change: { new: { key: '9' } } },
    ])
  })

  test('transactions have 64 bits, across the end of 32 too', () => {
    const reader = reading()
    const begin = (xid: number) => reader.read(data('B', ...u64(1), ...u64(0), ...u32(xid)))
    expect([begin(0xffff_fffe), begin(3)]).toMatchObject([[{ xid: 2n ** 32n - 2n }], [{ xid: 2n ** 32n + 3n }]])
  })

  test('a truncate of several tables is one step for each, and one of an unknown table is refused', () => {
    expect(reading().read(data('T', ...u32(1), 0, ...u32(5)))).toMatchObject([{ change: { kind: 'truncate' } }])
    expect(() => reading().read(data('T', ...u32(1), 0, ...u32(6)))).toThrow('the relation 6')
  })
})
