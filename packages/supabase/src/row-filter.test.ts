import { expect, test } from 'vitest'
import { parseRowFilter } from './row-filter.ts'

test.each([
  ['id=eq.7', { id: { eq: '7' } }],
  ['price=gte.1.5,price=lt.9', { price: { gte: '1.5', lt: '9' } }],
  ['name=eq.a=b.c', { name: { eq: 'a=b.c' } }],
  ['id=in.(1,2,3)', { id: { in: ['1', '2', '3'] } }],
  ['name=in.(red, blue, yellow)', { name: { in: ['red', 'blue', 'yellow'] } }],
  ['name=in.("a,b","c")', { name: { in: ['a,b', 'c'] } }],
  ['name=eq."a, (b) \\"c\\" \\\\"', { name: { eq: 'a, (b) "c" \\' } }],
  ['name=eq.12" pipe,id=eq.7', { name: { eq: '12" pipe' }, id: { eq: '7' } }],
  ['id=eq.7, name=eq.a', { id: { eq: '7' }, name: { eq: 'a' } }],
  ['note=is.null,done=is.true', { note: { is: null }, done: { is: true } }],
  ['done=is.unknown', { done: { is: null } }],
  ['name=like.가%', { name: { like: '가%' } }],
  ['name=isdistinct.a', { name: { isdistinct: 'a' } }],
  ['', {}],
  ['  ', {}],
])('%s', (text, filter) => {
  expect(parseRowFilter(text)).toEqual({ ok: true, value: filter })
})

test.each([
  ['id=not.eq.7', { id: { neq: '7' } }],
  ['id=not.neq.7', { id: { eq: '7' } }],
  ['id=not.lt.7', { id: { gte: '7' } }],
  ['id=not.in.(1,2)', { id: { notin: ['1', '2'] } }],
  ['gone=not.is.null', { gone: { isnot: null } }],
  ['name=not.like.a%', { name: { notlike: 'a%' } }],
  ['name=not.ilike.a%', { name: { notilike: 'a%' } }],
  ['name=not.isdistinct.a', { name: { eq: 'a' } }],
  ['id=neq.1,id=neq.2,id=neq.3', { id: { notin: ['1', '2', '3'] } }],
])('what is not so: %s', (text, filter) => {
  expect(parseRowFilter(text)).toEqual({ ok: true, value: filter })
})

test.each([
  'id',
  'id=7',
  'undefined',
  'id=is.7',
  'id=cs.{a}',
  'id=eq.1,id=eq.2',
  '=eq.1',
  'id=in.(1',
  'a=eq.1,,',
  'a=constructor.1',
])('%j is refused with what may be asked', (text) => {
  expect(parseRowFilter(text)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
})

test.each(['name=match.^a', 'name=imatch.^a', 'name=not.match.^a'])('%s is refused with what else to do', (text) => {
  expect(parseRowFilter(text)).toMatchObject({ ok: false, error: { message: expect.stringMatching(/match.*like/) } })
})
