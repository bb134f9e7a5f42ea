import { expect, test } from 'vitest'
import { complaintsAbout } from './bar.ts'
import type { Row } from './siege.ts'

const delays = (p99: number): NonNullable<Row['alone']> => {
  const one = { count: 100, p50: 1, p99 }
  return { all: one, websocket: one, sse: one, 'long-poll': one, poll: one }
}
const unnoticed: Row = {
  attack: 'any',
  isAlive: true,
  alone: delays(4),
  under: delays(8),
  refusals: {},
  resets: {},
  missed: 0,
  doubled: 0,
  heapBytes: { before: 1, peak: 2, after: 1 },
  backAfterMs: 500,
}

test('a siege that the honest did not notice is won', () => {
  expect(complaintsAbout(unnoticed)).toEqual([])
})

test.each<[string, Partial<Row>]>([
  ['the process died', { isAlive: false }],
  ['slower', { under: delays(8.1) }],
  ['measured on a busy machine', { alone: delays(30) }],
  ['slower', { under: delays(Number.NaN) }],
  ['3 × sse: rate-limited', { refusals: { 'sse: rate-limited': 3 } }],
  ['missed', { missed: 1 }],
  ['doubled', { doubled: 1 }],
  ['missed', { missed: Number.NaN }],
])('%s: it is lost', (complaint, seen) => {
  expect(complaintsAbout({ ...unnoticed, ...seen })).toEqual([complaint])
})

test('memory that is not back: it is lost', () => {
  const { backAfterMs: _, ...seen } = unnoticed
  expect(complaintsAbout(seen)).toEqual(['memory not back'])
})
