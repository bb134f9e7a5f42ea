import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { defaultLimits } from '../ports/limits.ts'
import { Allowances, LinkAllowance } from './allowances.ts'
import { networkOf } from './network-of.ts'
import { Shares } from './shares.ts'

const rates = { messagesPerSecond: 10, bytesPerSecond: 1_000, timesPerUser: 4, timesPerAddress: 20, timesPerKey: 10 }

function setUp(limits = rates) {
  const clock = createFakeClock()
  const warnings: string[] = []
  const log = { info() {}, warn: (_: object, text: string) => void warnings.push(text), error() {} }
  return { clock, warnings, allowances: new Allowances({ clock, limits, log }) }
}

/** How many messages a link may bring until it has to wait, and for how long then. */
function burstOf(link: LinkAllowance, bytes = 0): readonly [count: number, waitMs: number] {
  for (let count = 1; count <= 10_000; count++) {
    const waitMs = link.spend(1, bytes)
    if (waitMs > 0) return [count, Math.round(waitMs)]
  }
  return [10_000, 0]
}

describe('I7: the allowance of a link', () => {
  test('is a burst of two seconds, then the rate', () => {
    const { clock, allowances } = setUp()
    const link = new LinkAllowance(allowances, {})
    expect(burstOf(link)).toEqual([20, 100])
    for (let count = 0; count < 30; count++) {
      clock.advance(100)
      expect(link.spend(0, 0)).toBe(0)
      expect(Math.round(link.spend(1, 0))).toBe(100)
    }
    clock.advance(1e9)
    expect(burstOf(link)).toEqual([20, 100])
  })

  test('counts bytes where they take longer than their messages', () => {
    const { allowances } = setUp()
    expect(burstOf(new LinkAllowance(allowances, {}), 100)).toEqual([20, 100])
    expect(burstOf(new LinkAllowance(allowances, {}), 500)).toEqual([4, 100])
    const link = new LinkAllowance(allowances, {})
    expect(link.spend(1, 64_000)).toBe(64_000 - 2_000 + 100)
  })

  test('asking for nothing costs nothing', () => {
    const { allowances } = setUp()
    const link = new LinkAllowance(allowances, { address: 'a' })
    for (let count = 0; count < 1_000; count++) expect(link.spend(0, 0)).toBe(0)
    expect(burstOf(link)).toEqual([20, 100])
  })

  test('what cannot be read costs ten times as much, and a hundred in a row are too many', () => {
    const { clock, allowances } = setUp()
    const link = new LinkAllowance(allowances, {})
    const come = (isReadable: boolean) => {
      clock.advance(link.spend(1, 0) + 1_000)
      return isReadable ? link.understood() : link.mistake()
    }
    expect(link.spend(1, 0)).toBe(0)
    expect([link.mistake(), Math.round(link.spend(0, 0))]).toEqual([false, 0])
    link.spend(1, 0)
    expect([link.mistake(), Math.round(link.spend(0, 0))]).toEqual([false, 100])
    for (let count = 3; count <= 100; count++) expect(come(false)).toBe(false)
    come(true)
    for (let count = 1; count <= 100; count++) expect(come(false)).toBe(false)
    expect(come(false)).toBe(true)
  })
})

describe('I7: the allowance of a user, else of an address', () => {
  test('stands above all their links: four times one, or twenty times', () => {
    const { allowances } = setUp()
    const total = (sharing: object) => {
      let count = 0
      for (let links = 0; links < 100; links++) count += burstOf(new LinkAllowance(allowances, sharing))[0]
      // Each of the others was let have one that was not there, and then waits.
      return count - (100 - 1)
    }
    expect(total({ user: { id: 'ada' }, address: '10.0.0.1' })).toBeLessThanOrEqual(4 * 20)
    expect(total({ address: '10.0.0.1' })).toBeLessThanOrEqual(20 * 20)
    expect(burstOf(new LinkAllowance(allowances, { user: { id: 'bob' }, address: '10.0.0.1' }))).toEqual([20, 100])
    expect(burstOf(new LinkAllowance(allowances, { address: '10.0.0.2' }))).toEqual([20, 100])
  })

  test('four links of a user send at their full rate for ever', () => {
    const { clock, allowances } = setUp()
    const links = Array.from({ length: 4 }, () => new LinkAllowance(allowances, { user: { id: 'ada' } }))
    for (let count = 0; count < 1_000; count++) {
      for (const link of links) expect(link.spend(1, 0)).toBe(0)
      clock.advance(100)
    }
  })

  test('requests are refused above it, with the time to come back after', () => {
    const { clock, warnings, allowances } = setUp()
    const admitted = (sharing: object) => {
      let count = 0
      for (;;) {
        try {
          allowances.admit(sharing, 1)
          count++
        } catch (error) {
          return [count, (error as { code: string }).code, (error as { retryAfterMs: number }).retryAfterMs]
        }
      }
    }
    expect(admitted({ user: { id: 'ada' } })).toEqual([80, 'rate-limited', 1_000])
    expect(admitted({ address: '10.0.0.1' })).toEqual([400, 'rate-limited', 1_000])
    expect(admitted({ address: '10.0.0.1' })).toEqual([0, 'rate-limited', 1_000])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('"10.0.0.1"')
    expect(warnings[0]).toContain('timesPerAddress: Infinity')
    allowances.spend({ address: '10.0.0.1' }, 0, 100_000)
    expect(admitted({ address: '10.0.0.1' })).toEqual([0, 'rate-limited', 5_005])
    clock.advance(5_005)
    expect(admitted({ address: '10.0.0.1' })).toEqual([1, 'rate-limited', 1_000])
  })

  test('Infinity lifts it, and an address that is not known has none', () => {
    const { allowances } = setUp({ ...rates, timesPerAddress: Number.POSITIVE_INFINITY })
    for (let count = 0; count < 10_000; count++) allowances.admit({ address: '10.0.0.1' }, 1)
    for (let count = 0; count < 10_000; count++) allowances.admit({ address: undefined }, 1)
    expect(burstOf(new LinkAllowance(allowances, { address: '10.0.0.1' }))).toEqual([20, 100])
  })

  test('what a link spent before it was known who it is, is spent by the user too', () => {
    const { allowances } = setUp()
    const sharing: { user?: { id: string }; address: string } = { address: '10.0.0.1' }
    const waits = Array.from({ length: 6 }, () => {
      const link = new LinkAllowance(allowances, sharing)
      for (let count = 0; count < 20; count++) link.spend(1, 0)
      sharing.user = { id: 'ada' }
      const waitMs = link.known()
      delete sharing.user
      return Math.round(waitMs)
    })
    expect(waits).toEqual([0, 0, 0, 25, 525, 1_025])
  })
})

describe('I7: before anything is done for a request', () => {
  const refusesNow = (allowances: Allowances, mayBeUser: boolean) => {
    try {
      allowances.assertMayAsk('10.0.0.1', mayBeUser)
      return false
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  test('guests of an address that has nothing left are refused, and who may be a user is not', () => {
    const { allowances } = setUp()
    allowances.spend({ address: '10.0.0.1' }, 400, 0)
    expect([refusesNow(allowances, false), refusesNow(allowances, true)]).toEqual(['rate-limited', false])
  })

  test('so are tokens and cookies of an address from which too many were nobody’s, and guests are not', () => {
    const { clock, allowances } = setUp()
    for (let count = 0; count < 199; count++) allowances.refused('10.0.0.1', true)
    expect(refusesNow(allowances, true)).toBe(false)
    allowances.refused('10.0.0.1', true)
    expect([refusesNow(allowances, true), refusesNow(allowances, false)]).toEqual(['rate-limited', false])
    clock.advance(10)
    expect(refusesNow(allowances, true)).toBe(false)
  })

  test('what a guest is refused costs too', () => {
    const { allowances } = setUp()
    for (let count = 0; count < 200; count++) allowances.refused('10.0.0.1', false)
    expect(refusesNow(allowances, false)).toBe('rate-limited')
  })

  test('an address that is not known is not refused', () => {
    const { allowances } = setUp()
    for (let count = 0; count < 10_000; count++) allowances.refused(undefined, true)
    allowances.assertMayAsk(undefined, true)
  })
})

describe('I7: names that strangers choose', () => {
  test('are forgotten as soon as they have earned everything again', () => {
    const shares = new Shares(rates)
    for (let nowMs = 0; nowMs < 100_000; nowMs++) shares.spend(`10.${nowMs}`, nowMs, 1, 0)
    expect(shares.size).toBeLessThan(300)
  })

  test('are 50,000 at most, and those used longest ago go first', () => {
    const shares = new Shares(rates)
    for (let index = 0; index < 60_000; index++) {
      shares.spend('used', 0, 0, 0.1)
      shares.spend(`10.${index}`, 0, 30, 0)
    }
    expect(shares.size).toBe(50_000)
    expect(shares.waitMs('10.0', 0)).toBe(0)
    expect(shares.waitMs('10.59999', 0)).toBe(1_100)
    expect(shares.waitMs('used', 0)).toBeGreaterThan(0)
  })

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
    ['client-1', 'client-1'],
  ])('of %s the network is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

test('the defaults let a client come back with all its subscriptions at once', () => {
  const { allowances } = setUp(defaultLimits)
  expect(burstOf(new LinkAllowance(allowances, { user: { id: 'ada' } }))[0]).toBeGreaterThan(
    defaultLimits.maxSubscriptions,
  )
})
