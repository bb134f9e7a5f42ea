import type { Counters } from '@baro/server'
import { expect, test } from 'vitest'
import { complaintsAbout } from './bar.ts'
import type { Row } from './siege.ts'

const delays = (aloneMs: number, underMs: number, count = 1_000): NonNullable<Row['delays']> => {
  const one = (p99: number) => ({ count, p50: 1, p99 })
  const each = (p99: number) => ({
    ...{ all: one(p99), websocket: one(p99), sse: one(p99), 'long-poll': one(p99), poll: one(p99) },
  })
  return {
    ...{ before: one(aloneMs), after: one(aloneMs), meanwhile: one(underMs), goodbye: one(underMs) },
    ...{ alone: each(aloneMs), under: each(underMs) },
  }
}
const unnoticed: Row = {
  attack: 'any',
  isAlive: true,
  delays: delays(4, 8),
  refusals: {},
  resets: {},
  missed: 0,
  doubled: 0,
  heapBytes: { before: 1, peak: 2, after: 1 },
  backAfterMs: 500,
}

const counters: Counters = {
  ...{
    sessions: 0,
    subscriptions: 0,
    recovered: 0,
    slow: 0,
    paused: 0,
    writtenBytes: 0,
    rejected: 0,
    turnedAway: 0,
    published: 0,
    repeated: 0,
  },
  ...{
    gaps: 0,
    skipped: 0,
    reset: { none: 0, queried: 0, epoch: 0, 'beyond-head': 0, trimmed: 0, rewritten: 0, refused: 0 },
  },
}

test('a siege that the honest did not notice is won', () => {
  expect(complaintsAbout(unnoticed)).toEqual([])
})

test.each<[string, Partial<Row>]>([
  ['the process died', { isAlive: false }],
  ['slower', { delays: delays(4, 8.1) }],
  ['measured on a busy machine', { delays: delays(30, 40) }],
  ['measured too little', { delays: delays(4, 8, 499) }],
  ['slower', { delays: delays(4, Number.NaN) }],
  ['3 × sse: rate-limited', { refusals: { 'sse: rate-limited': 3 } }],
  ['missed', { missed: 1 }],
  ['doubled', { doubled: 1 }],
  ['missed', { missed: Number.NaN }],
])('%s: it is lost', (complaint, seen) => {
  expect(complaintsAbout({ ...unnoticed, ...seen })).toEqual([complaint])
})

test('more than the rate allows, refusals left out: it is lost', () => {
  const seen = (done: number, rejected: number): Row => ({
    ...unnoticed,
    tookMs: 5_000,
    hub: {
      plainPort: 0,
      ...{
        port: 1,
        heapBytes: 1,
        peakHeapBytes: 1,
        cpuMs: 1,
        coreWaitMs: 0,
        longestTurnMs: 1,
        logLines: 0,
        logBytes: 0,
      },
      counters: { ...counters, published: done, recovered: 1, reset: { ...counters.reset, trimmed: 2 }, rejected },
    },
  })
  expect(complaintsAbout(seen(14_697, 1_000_000))).toEqual([])
  expect(complaintsAbout(seen(14_698, 0))).toEqual(['more done than the rate allows'])
})

test('memory that is not back: it is lost', () => {
  const { backAfterMs: _, ...seen } = unnoticed
  expect(complaintsAbout(seen)).toEqual(['memory not back'])
})
