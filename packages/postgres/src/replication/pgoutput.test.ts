import { describe, expect, test } from 'vitest'
import { decodePgoutput, unchanged } from './pgoutput.ts'
import { lsnText, readFrame, readLsn, statusFrame } from './replication-frame.ts'
import { wideXid } from './wide-xid.ts'

const u16 = (n: number) => [n >> 8, n & 255]
const u32 = (n: number) => [...u16(n >>> 16), ...u16(n & 0xffff)]
const u64 = (n: number) => [...u32(0), ...u32(n)]
const text = (value: string) => [...Buffer.from(value), 0]
const mark = (value: string) => value.charCodeAt(0)
const value = (one: string | null | typeof unchanged) => {
  if (one === null) return [mark('n')]
  return one === unchanged ? [mark('u')] : [mark('t'), ...u32(Buffer.byteLength(one)), ...Buffer.from(one)]
}
const tuple = (...values: (string | null | typeof unchanged)[]) => [...u16(values.length), ...values.flatMap(value)]
const decode = (kind: string, ...bytes: number[]) => decodePgoutput(Buffer.from([mark(kind), ...bytes]))

const samples: readonly (readonly [string, string, number[], object])[] = [
  ['a begin', 'B', [...u64(77), ...u64(1), ...u32(0xffff_fff0)], { kind: 'begin', commit: 77n, xid: 0xffff_fff0 }],
  ['a commit', 'C', [0, ...u64(77), ...u64(99), ...u64(1)], { kind: 'commit', commit: 77n, end: 99n }],
  [
    'a relation',
    'R',
    [...u32(5), ...text('public'), ...text('메모'), mark('f'), ...u16(2)].concat(
      [1, ...text('id'), ...u32(23), ...u32(0xffff_ffff)],
      [0, ...text('body'), ...u32(25), ...u32(0xffff_ffff)],
    ),
    {
      kind: 'relation',
      relation: 5,
      schema: 'public',
      name: '메모',
      identity: 'f',
      columns: ['id', 'body'],
      types: [23, 25],
    },
  ],
  [
    'an insert',
    'I',
    [...u32(5), mark('N'), ...tuple('1', null, '가', '')],
    { kind: 'insert', relation: 5, new: ['1', null, '가', ''] },
  ],
  [
    'an update of a relation that tells no more',
    'U',
    [...u32(5), mark('N'), ...tuple('1', 'b')],
    { kind: 'update', relation: 5, isOldWhole: false, new: ['1', 'b'] },
  ],
  [
    'an update of a key',
    'U',
    [...u32(5), mark('K'), ...tuple('1', null), mark('N'), ...tuple('2', 'b')],
    { kind: 'update', relation: 5, isOldWhole: false, old: ['1', null], new: ['2', 'b'] },
  ],
  [
    'an update with the whole row that was',
    'U',
    [...u32(5), mark('O'), ...tuple('1', 'long'), mark('N'), ...tuple('1', unchanged)],
    { kind: 'update', relation: 5, isOldWhole: true, old: ['1', 'long'], new: ['1', unchanged] },
  ],
  [
    'a delete',
    'D',
    [...u32(5), mark('O'), ...tuple('1', 'b')],
    { kind: 'delete', relation: 5, isOldWhole: true, old: ['1', 'b'] },
  ],
  ['a truncate', 'T', [...u32(2), 1, ...u32(5), ...u32(6)], { kind: 'truncate', relations: [5, 6] }],
  [
    'what somebody wrote into the log',
    'M',
    [1, ...u64(1), ...text('baro'), ...u32(2), ...Buffer.from('hi')],
    { kind: 'message', prefix: 'baro', content: 'hi' },
  ],
]

describe('the messages of pgoutput', () => {
  test.for(samples)('%s', ([_, kind, bytes, message]) => {
    expect(decode(kind, ...bytes)).toEqual(message)
  })

  test('what an update left as it was is not sent, and is not null', () => {
    const message = decode('U', ...u32(5), mark('N'), ...tuple('1', unchanged))
    expect(message).toMatchObject({ new: ['1', unchanged] })
    expect(message.kind === 'update' && message.new[1]).toBe(unchanged)
  })

  test.for(samples)('%s that is cut short anywhere is refused', ([_, kind, bytes]) => {
    // Behind what is read of a commit and of a relation's last column nothing is looked at.
    const read = kind === 'C' ? 17 : kind === 'R' ? bytes.length - 4 : bytes.length
    for (let length = 0; length < read; length++)
      expect(() => decode(kind, ...bytes.slice(0, length)), `${length} bytes`).toThrow()
  })

  test.for([
    ['an unknown kind', 'Z', []],
    ['a row of no known part', 'I', [...u32(5), mark('X'), ...tuple('1')]],
    ['a value of a binary form, which nobody asked for', 'I', [...u32(5), mark('N'), ...u16(1), mark('b'), ...u32(0)]],
  ] as const)('%s is refused', ([_, kind, bytes]) => {
    expect(() => decode(kind, ...bytes)).toThrow(SyntaxError)
  })
})

test('frames are data or keepalives, and a status says one place three times', () => {
  const data = Buffer.concat([Buffer.from('w'), Buffer.alloc(24), Buffer.from('xyz')])
  expect(readFrame(data)).toEqual({ kind: 'data', at: data.indexOf('xyz') })
  const keepalive = Buffer.from([mark('k'), ...u64(300), ...u64(0), 1])
  expect(readFrame(keepalive)).toEqual({ kind: 'keepalive', end: 300n, asksForStatus: true })
  expect(() => readFrame(Buffer.from('?'))).toThrow(SyntaxError)
  const status = statusFrame(300n)
  expect([1, 9, 17].map((at) => status.readBigUInt64BE(at))).toEqual([300n, 300n, 300n])
  expect(status.length).toBe(34)
})

test('a place in the log is read as it is written', () => {
  expect(lsnText(0x1_16b3_748an)).toBe('1/16B3748A')
  expect(readLsn('1/16B3748A')).toBe(0x1_16b3_748an)
  expect(() => readLsn('16')).toThrow(SyntaxError)
})

describe('a transaction id in 64 bits', () => {
  const wrap = 1n << 32n
  test.for([
    ['below what is known', 90n, 100n],
    ['above what is known', 110n, 100n],
    ['before the wrap, known after it', wrap - 5n, wrap + 5n],
    ['after the wrap, known before it', wrap + 5n, wrap - 5n],
    ['after four wraps', 4n * wrap + 3n, 4n * wrap - 1n],
    ['at the very distance', 3n * wrap + (1n << 31n) - 1n, 3n * wrap],
  ] as const)('%s', ([_, xid, near]) => {
    expect(wideXid(Number(xid & (wrap - 1n)), near)).toBe(xid)
  })
})
