import { describe, expect, it } from 'vitest'
import { type Duration, durationMs } from './duration.ts'

describe('a duration', () => {
  it.each<[Duration, number]>([
    [250, 250],
    [0.5, 0.5],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
  ])('%j is %d milliseconds', (duration, ms) => {
    expect(durationMs(duration)).toBe(ms)
  })

  it.each([
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '0s',
    '-1s',
    '1',
    's',
    '1 s',
    '1w',
    '1e3ms',
    '.5s',
    '1.s',
    '1s\n',
    '',
    `${'9'.repeat(400)}d`,
  ])('%j is refused', (duration) => {
    expect(() => durationMs(duration as Duration)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })
})
