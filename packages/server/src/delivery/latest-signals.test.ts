import type { Signal } from '@baro/core'
import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { LatestSignals } from './latest-signals.ts'

function setUp() {
  const clock = createFakeClock()
  const handedOn: { readonly atMs: number; readonly payloads: readonly unknown[] }[] = []
  const handOn = (signals: readonly Signal[]) =>
    handedOn.push({ atMs: Math.round(clock.elapsed()), payloads: signals.map(({ payload }) => payload) })
  const latest = new LatestSignals({ clock, handOn })
  const move = (by: string, payload: number, more: Partial<Signal> = {}) =>
    latest.take({ channel: 'room:1', type: 'cursor', key: 'cursor', payload, by, ...more })
  return { clock, handedOn, latest, move }
}

describe('signals with a key', () => {
  test('are handed on at once after a pause; then the newest takes the place of those before it', () => {
    const { clock, handedOn, move } = setUp()
    move('ada', 1)
    move('ada', 2)
    move('ada', 3)
    expect(handedOn).toEqual([{ atMs: 0, payloads: [1] }])
    clock.advance(100)
    expect(handedOn).toEqual([
      { atMs: 0, payloads: [1] },
      { atMs: 33, payloads: [3] },
    ])
  })

  test('of everybody are handed on together, at most 30 times a second, and the last one always', () => {
    const { clock, handedOn, move } = setUp()
    for (let step = 0; step < 1_000; step++) {
      for (const by of ['ada', 'bob', 'cy']) move(by, step)
      clock.advance(1)
    }
    clock.advance(1_000)
    expect(handedOn.length).toBeGreaterThanOrEqual(29)
    // The first one leaves before the others have come.
    expect(handedOn.length).toBeLessThanOrEqual(32)
    expect(handedOn.at(-1)?.payloads).toEqual([999, 999, 999])
  })

  test('of another sender, type, key or user take nobody’s place', () => {
    const { clock, handedOn, move } = setUp()
    move('first', 0)
    move('ada', 1)
    move('bob', 2)
    move('ada', 3, { type: 'other' })
    move('ada', 4, { key: 'other' })
    move('ada', 5, { to: 'bob' })
    move('ada', 6)
    clock.advance(100)
    expect(handedOn.at(-1)?.payloads).toEqual([2, 3, 4, 5, 6])
  })

  test('I7: of more keys than may wait are handed on before their time', () => {
    const { handedOn, move } = setUp()
    for (let index = 0; index < 2_001; index++) move('ada', index, { key: `key ${index}` })
    expect(handedOn.map(({ payloads }) => payloads.length)).toEqual([1, 1_000, 1_000])
  })

  test('that wait are forgotten with their channel', () => {
    const { clock, handedOn, latest, move } = setUp()
    move('ada', 1)
    move('ada', 2)
    latest.end()
    clock.advance(100)
    expect(handedOn).toHaveLength(1)
  })
})
