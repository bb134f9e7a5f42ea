import { BaroError } from '@baro/core'
import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { ClaimsEpoch } from './claims-epoch.ts'

function setUp() {
  const clock = createFakeClock()
  const broker = { epoch: 'first', asked: 0, isAway: false }
  const changes: string[] = []
  const claimsEpoch = new ClaimsEpoch(
    {
      async claimsEpoch() {
        broker.asked++
        if (broker.isAway) throw new BaroError('unavailable', 'The broker is away.')
        return broker.epoch
      },
    },
    clock,
    (epoch) => changes.push(epoch),
  )
  return { broker, changes, claimsEpoch, clock }
}

test('I5: a node that claims nothing tells a life of the claims that is at most a second old', async () => {
  const { broker, changes, claimsEpoch, clock } = setUp()
  expect(await claimsEpoch.ask()).toBe('first')
  broker.epoch = 'second'
  clock.advance(999)
  expect(await claimsEpoch.ask()).toBe('first')
  expect(broker.asked).toBe(1)
  clock.advance(1)
  expect(await claimsEpoch.ask()).toBe('second')
  expect([broker.asked, changes]).toEqual([2, ['second']])
})

test('while the broker is away it is the one that was named last', async () => {
  const { broker, changes, claimsEpoch, clock } = setUp()
  await claimsEpoch.ask()
  broker.isAway = true
  clock.advance(5_000)
  expect(await claimsEpoch.ask()).toBe('first')
  expect(changes).toEqual([])
})

test('a broker that never named one and is away lets nobody in for now', async () => {
  const { broker, claimsEpoch } = setUp()
  broker.isAway = true
  await expect(claimsEpoch.ask()).rejects.toMatchObject({ code: 'unavailable', retry: true })
})
