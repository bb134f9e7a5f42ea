import { describe, expect, test } from 'vitest'
import { arrivedIn, type Lane, percentile, resetTo, startedAt } from '../../examples/site/components/transports/lane.ts'

const startedAtMs = 1_000

/** A lane that started at offset 10 and then received these publications, each 5 ms after it was made. */
function laneWith(offsets: readonly number[], time = startedAtMs + 1): Lane {
  return offsets.reduce(
    (lane, offset) =>
      arrivedIn(
        lane,
        { type: 'tick', payload: {}, offset, time },
        { startedAtMs, nowMs: time + 5, isFirst: true, bytes: 100 },
      ),
    startedAt(10),
  )
}

describe('I2: a lane of the transports page counts by offset', () => {
  test('what follows without a gap is neither missing nor doubled', () => {
    expect(laneWith([11, 12, 13])).toMatchObject({ newest: 13, received: 3, missing: 0, doubled: 0, bytes: 300 })
  })

  test('each offset that is skipped is missing, the first ones too', () => {
    expect(laneWith([12, 15])).toMatchObject({ newest: 15, missing: 3, handOver: { missing: 3 } })
  })

  test('what comes again is doubled, and moves nothing', () => {
    expect(laneWith([11, 12, 12, 11])).toMatchObject({ newest: 12, received: 4, doubled: 2, live: 2 })
  })

  test('after a reset it counts from the position of the reset', () => {
    const lane = resetTo(laneWith([11]), 40, 'trimmed')
    const next = arrivedIn(
      lane,
      { type: 'tick', payload: {}, offset: 41, time: startedAtMs },
      { startedAtMs, nowMs: startedAtMs, isFirst: false, bytes: 100 },
    )
    expect(next).toMatchObject({ missing: 0, doubled: 0, handOver: { outcome: 'reset', resumedAt: 40, firstLive: 41 } })
  })
})

test('what was published before the start has no latency, is never first, and costs nothing', () => {
  const lane = laneWith([11, 12], startedAtMs - 1)
  expect(lane).toMatchObject({ received: 2, live: 0, firsts: 0, latencies: [], bytes: 0, handOver: { recovered: 2 } })
  expect([...lane.places.values()]).toEqual(['before', 'before'])
})

test('a percentile is the smallest latency that the share does not exceed', () => {
  const latencies = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([0.5, 0.99, 1].map((share) => percentile(latencies, share))).toEqual([50, 99, 100])
  expect(percentile([7], 0.5)).toBe(7)
  expect(percentile([], 0.5)).toBeUndefined()
})
