import { describe, expect, test } from 'vitest'
import { quantiles, Tally } from './tally.ts'

function twoClients(): { readonly tally: Tally; readonly one: number; readonly two: number } {
  const tally = new Tally()
  const [one, two] = [tally.add('websocket'), tally.add('websocket')]
  for (const client of [one, two]) tally.opened(client)
  return { tally, one, two }
}

describe('a delivery', () => {
  test('takes the time from before the publish to the arrival', () => {
    const { tally, one, two } = twoClients()
    tally.sent('a', 100)
    tally.arrived(one, 'a', 104)
    tally.answered('a', true)
    expect(tally.isSettled).toBe(false)
    tally.arrived(two, 'a', 110)
    expect(tally.isSettled).toBe(true)
    expect(tally.result(500)).toMatchObject({
      rungs: [{ deliveries: 2, deliveryMs: { p50: 4, p99: 10 }, missing: 0 }],
      deliveriesPerSecond: 4,
      published: 1,
      accepted: 1,
    })
  })

  test('of somebody else counts as one, and has no time', () => {
    const { tally, one } = twoClients()
    tally.arrived(one, 'of somebody', 104)
    const [websocket] = tally.result(1_000).rungs
    expect(websocket).toMatchObject({ deliveries: 1, missing: 0 })
    expect(websocket).not.toHaveProperty('deliveryMs')
  })

  test('that does not come is missing, whatever came twice', () => {
    const { tally, one } = twoClients()
    tally.sent('a', 0)
    tally.answered('a', true)
    tally.arrived(one, 'a', 1)
    tally.arrived(one, 'a', 2)
    expect(tally.result(1_000).rungs[0]).toMatchObject({ missing: 1 })
  })

  test.each(['cut', 'reset'] as const)('is not missed at a client that was %s', (what) => {
    const { tally, one, two } = twoClients()
    tally.sent('a', 0)
    tally.answered('a', true)
    tally.arrived(one, 'a', 1)
    tally[what](two)
    expect(tally.isSettled).toBe(true)
  })

  test.each([
    ['was refused', (tally: Tally) => tally.refused('rate-limited', 'Too much.', 'a')],
    ['has published nothing', (tally: Tally) => tally.answered('a', false)],
  ])('of a publish that %s is not waited for', (_, answer) => {
    const { tally } = twoClients()
    tally.sent('a', 0)
    expect(tally.isSettled).toBe(false)
    answer(tally)
    expect(tally.isSettled).toBe(true)
    expect(tally.result(1_000)).toMatchObject({ published: 1, accepted: 0 })
  })
})

test('refusals are counted by their code', () => {
  const tally = new Tally()
  tally.add('sse')
  tally.refused('rate-limited', 'one')
  tally.refused('rate-limited', 'two')
  expect(tally.result(0)).toMatchObject({
    rungs: [{ rung: 'sse', clients: 1, open: 0 }],
    refusals: [{ code: 'rate-limited', times: 2, message: 'two' }],
  })
})

test('quantiles are values that were there', () => {
  expect(quantiles([])).toBeUndefined()
  expect(quantiles([7])).toEqual({ p50: 7, p99: 7 })
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(quantiles(hundred)).toEqual({ p50: 50, p99: 99 })
})
