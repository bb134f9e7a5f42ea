import type { HandOver } from '@baro/client'
import { describe, expect, test } from 'vitest'
import { type Arrival, type Arrivals, arrivalsAfter } from '../../examples/site/components/live/arrival.ts'
import { type Bar, layOutStrip } from '../../examples/site/components/pulse/strip-layout.ts'

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
const handOver = (more: Partial<HandOver>): HandOver => ({
  outcome: 'recovered',
  resumedAt: 0,
  recovered: 0,
  missing: 0,
  ...more,
})
/** How often something arrived in each way. */
const counts = ({ byOffset }: Arrivals) => {
  const counted: Partial<Record<Arrival, number>> = {}
  for (const arrival of byOffset.values()) counted[arrival] = (counted[arrival] ?? 0) + 1
  return counted
}

describe('how a second arrived', () => {
  const page = arrivalsAfter(undefined, { epoch: 'e', offsets: range(1, 60), handOver: undefined })
  const recovered = arrivalsAfter(page, {
    epoch: 'e',
    offsets: range(59, 118),
    handOver: handOver({ resumedAt: 60, recovered: 58 }),
  })

  test('is told by the hand-over it came with', () => {
    expect(counts(page)).toEqual({ page: 60 })
    expect(counts(recovered)).toEqual({ page: 2, recovered: 58 })
  })

  test('stays as it was when another hand-over comes, for example after Back', () => {
    const again = arrivalsAfter(recovered, {
      epoch: 'e',
      offsets: range(64, 123),
      handOver: handOver({ resumedAt: 118, recovered: 3 }),
    })
    expect(counts(again)).toEqual({ recovered: 55 + 3, live: 2 })
  })

  test('is fresh after a reset, and nothing is carried over from another life of the stream', () => {
    const reset = handOver({ outcome: 'reset', resumedAt: 60, reason: 'epoch' })
    const fresh = arrivalsAfter(recovered, { epoch: 'other', offsets: range(2, 61), handOver: reset })
    expect(counts(fresh)).toEqual({ fresh: 59, live: 1 })
  })

  test('is the same object while nothing new is shown', () => {
    expect(arrivalsAfter(page, { epoch: 'e', offsets: range(1, 60), handOver: handOver({ resumedAt: 60 }) })).toBe(page)
  })
})

describe('the strip', () => {
  const cached = range(1, 60).map((offset) => ({ offset, time: offset * 1_000, busy: 0 }))
  const bars = (arrivals: Readonly<Partial<Record<Arrival, readonly number[]>>>): readonly Bar[] =>
    Object.entries(arrivals).flatMap(([arrival, offsets]) =>
      offsets.map((offset) => ({ offset, time: offset * 1_000, busy: 0, arrival: arrival as Arrival })),
    )
  const shown = (all: readonly Bar[], isSameLife = true) => {
    const { past, skipped, recent } = layOutStrip(cached, all, isSameLife, 60)
    return [past.map(({ offset }) => offset), skipped, recent.map(({ offset }) => offset)]
  }

  test('of a page that is younger than it shows one minute without a break', () => {
    expect(shown(bars({ page: range(21, 60), recovered: range(61, 80) }))).toEqual([range(21, 60), 0, range(61, 80)])
  })

  test('of a page that is older shows some of the cached past, how much is left out, and what came since', () => {
    expect(shown(bars({ recovered: range(341, 400) }))).toEqual([range(49, 60), 293, range(354, 400)])
  })

  test('does not pretend to know how much is left out after a restart', () => {
    expect(shown(bars({ fresh: range(1, 5) }), false)[1]).toBeUndefined()
  })

  test('is green alone once all of it came live', () => {
    expect(shown(bars({ recovered: range(341, 360), live: range(361, 420) }))).toEqual([[], 0, range(361, 420)])
  })

  test.each(range(0, 300))('%i seconds after a page it has at most sixty places, in order', (age) => {
    const all = bars({ page: range(1, 60), recovered: age > 0 ? range(61, 60 + age) : [] }).slice(-60)
    const { past, skipped, recent } = layOutStrip(cached, all, true, 60)
    expect(past.length + recent.length + (skipped === 0 ? 0 : 1)).toBe(60)
    const offsets = [...past, ...recent].map(({ offset }) => offset)
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
    expect(new Set(offsets).size).toBe(offsets.length)
    if (age > 0) expect(past.length).toBeGreaterThanOrEqual(12)
  })
})
