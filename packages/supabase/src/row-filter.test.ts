import { expect, test } from 'vitest'
import { parseRowFilter } from './row-filter.ts'

test.each([
  ['id=eq.7', { id: { eq: '7' } }],
  ['price=gte.1.5,price=lt.9', { price: { gte: '1.5', lt: '9' } }],
  ['name=eq.a=b.c', { name: { eq: 'a=b.c' } }],
  ['id=in.(1,2,3)', { id: { in: ['1', '2', '3'] } }],
  ['name=in.("a,b","c")', { name: { in: ['a,b', 'c'] } }],
  ['id=not.eq.7', { id: { neq: '7' } }],
  ['id=not.lt.7', { id: { gte: '7' } }],
  ['note=is.null,done=is.true', { note: { is: null }, done: { is: true } }],
  ['name=like.가%', { name: { like: '가%' } }],
])('%s', (text, filter) => {
  expect(parseRowFilter(text)).toEqual({ ok: true, value: filter })
})

test.each(['', 'id', 'id=7', 'id=match.7', 'id=not.like.a', 'id=eq.1,id=eq.2', '=eq.1', 'id=in.(1', 'a=eq.1,,'])(
  '%j is refused with what may be asked',
  (text) => {
    expect(parseRowFilter(text)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
  },
)
