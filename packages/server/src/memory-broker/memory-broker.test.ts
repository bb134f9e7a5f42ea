import { type BrokerSubscriber, checkOf, type Entry, type HistoryBounds, type Log, type ReadRange } from '@baro/core'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { brokerSuite } from '@baro/testing/broker-suite'
import { describe, expect, test } from 'vitest'
import { createMemoryBroker, type MemoryBrokerOptions } from './memory-broker.ts'

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }
const hour = 3_600_000
const bounds: HistoryBounds = { size: 100, ttlMs: hour, bytes: 1 << 20 }
const all: ReadRange = { after: 0, limit: 100, bytes: 1 << 20 }
const follower: BrokerSubscriber = { deliver: () => {}, signal: () => {}, lost: () => {} }
const entry = (id: string): Entry => ({ type: 'message', payload: { text: id }, id, time: 0 })

function setUp(options: MemoryBrokerOptions = {}) {
  const clock = createFakeClock()
  const randomness = createSeededRandomness('memory broker')
  return { clock, broker: createMemoryBroker({ clock, randomness, idleTtlMs: 2 * hour, log: quiet, ...options }) }
}

brokerSuite('memory', async ({ clock, randomness }) => createMemoryBroker({ clock, randomness, log: quiet }))

describe('memory broker', () => {
  test('I4: an idle channel is dropped, and absent channels then stand at another epoch', async () => {
    const { clock, broker } = setUp()
    const { position } = await broker.append('room:1', entry('a'), bounds)
    await clock.pass(4 * hour)
    const view = await broker.read('room:1', all)
    expect(view).toMatchObject({ head: { offset: 0 }, floor: 0, publications: [] })
    expect(view.epoch).not.toBe(position.epoch)
    expect((await broker.read('room:2', all)).epoch).toBe(view.epoch)
    expect((await broker.append('room:1', entry('a'), bounds)).follows).toMatchObject({ epoch: view.epoch, offset: 0 })
  })

  test('I4: no position of a dropped life is valid in the next, even when the same ids are published again', async () => {
    const { clock, broker } = setUp()
    const { position } = await broker.append('room:1', entry('a'), bounds)
    await clock.pass(4 * hour)
    const again = await broker.append('room:1', entry('a'), bounds)
    expect(again.position).toEqual({ ...position, epoch: again.position.epoch })
    expect(again.position.epoch).not.toBe(position.epoch)
  })

  test('dropping one channel leaves the others as they are', async () => {
    const { clock, broker } = setUp()
    await broker.append('room:1', entry('a'), bounds)
    const kept = await broker.append('room:2', entry('b'), { ...bounds, ttlMs: 100 * hour })
    await clock.pass(4 * hour)
    expect(await broker.read('room:2', { ...all, after: 1 })).toMatchObject({
      epoch: kept.position.epoch,
      head: { offset: 1 },
      checkThere: checkOf('b'),
    })
  })

  test.each([
    ['is followed', async ({ broker }: ReturnType<typeof setUp>) => void (await broker.subscribe('room:1', follower))],
    [
      'is read now and then',
      async ({ broker, clock }: ReturnType<typeof setUp>) => {
        const again = () => {
          void broker.read('room:1', all)
          clock.after(hour, again)
        }
        again()
      },
    ],
    [
      'still has the history it promised',
      async ({ broker }: ReturnType<typeof setUp>) =>
        void (await broker.append('room:1', entry('b'), { ...bounds, ttlMs: 100 * hour })),
    ],
  ])('a channel that %s is not dropped', async (_, keepAlive) => {
    const setting = setUp()
    const { position } = await setting.broker.append('room:1', entry('a'), bounds)
    await keepAlive(setting)
    await setting.clock.pass(20 * hour)
    expect((await setting.broker.read('room:1', all)).epoch).toBe(position.epoch)
  })

  test('a channel that is followed no longer is dropped in the end', async () => {
    const { clock, broker } = setUp()
    const { position } = await broker.append('room:1', entry('a'), bounds)
    const end = await broker.subscribe('room:1', follower)
    await clock.pass(4 * hour)
    end()
    await clock.pass(4 * hour)
    expect((await broker.read('room:1', all)).epoch).not.toBe(position.epoch)
  })

  test('I7: the history of a quiet channel is let go without anybody asking, and then nothing is left to do', async () => {
    const { clock, broker } = setUp()
    await broker.append('room:1', entry('a'), bounds)
    await broker.claim('user-1', 'a', hour)
    expect(clock.pending).toBe(1)
    await clock.pass(4 * hour)
    expect(clock.pending).toBe(0)
  })

  test('I5: two brokers have different lives of claims and different epochs', async () => {
    const [one, other] = [createMemoryBroker({ log: quiet }), createMemoryBroker({ log: quiet })]
    expect(one.claimsEpoch).not.toBe(other.claimsEpoch)
    expect((await one.read('room:1', all)).epoch).not.toBe((await other.read('room:1', all)).epoch)
  })

  test('I7: one user cannot hold more claims than allowed, and others still can', async () => {
    const { clock, broker } = setUp({ claimLimits: { perScope: 2, total: 100 } })
    await broker.claim('user-1', 'a', 1_000)
    await broker.claim('user-1', 'b', 1_000)
    await expect(broker.claim('user-1', 'c', 1_000)).rejects.toMatchObject({ code: 'rate-limited' })
    expect(await broker.claim('user-1', 'a', 1_000)).toEqual({ outcome: 'pending' })
    expect(await broker.claim('user-2', 'c', 1_000)).toEqual({ outcome: 'granted' })
    clock.advance(1_000)
    expect(await broker.claim('user-1', 'c', 1_000)).toEqual({ outcome: 'granted' })
  })

  test('I7: all users together cannot hold more claims than allowed, whatever their windows', async () => {
    const { clock, broker } = setUp({ claimLimits: { perScope: 100, total: 3 } })
    for (const [index, windowMs] of [1_000, 2_000, 60_000].entries()) await broker.claim(`user-${index}`, 'a', windowMs)
    await expect(broker.claim('user-9', 'a', 1_000)).rejects.toMatchObject({ code: 'unavailable' })
    clock.advance(1_500)
    expect(await broker.claim('user-9', 'a', 60_000)).toEqual({ outcome: 'granted' })
    await expect(broker.claim('user-9', 'b', 1_000)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('I7: what expired makes room, even behind many others', async () => {
    const { clock, broker } = setUp({ claimLimits: { perScope: 1, total: 100 } })
    for (let index = 0; index < 10; index++) await broker.claim(`user-${index}`, 'a', 1_000)
    clock.advance(1_000)
    expect(await broker.claim('user-9', 'b', 1_000)).toEqual({ outcome: 'granted' })
  })

  test('I5: an id claimed again after its window is not forgotten with the old claim, nor counted twice', async () => {
    const { clock, broker } = setUp({ claimLimits: { perScope: 100, total: 6 } })
    const again = (ids: string) => Promise.all([...ids].map((id) => broker.claim('user-1', id, 1_000)))
    await again('abcde')
    clock.advance(1_000)
    await again('e')
    await again('xyz')
    expect(await broker.claim('user-1', 'e', 1_000)).toEqual({ outcome: 'pending' })
    await again('vw')
    await expect(broker.claim('user-1', 'u', 1_000)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('I7: channels that were only followed leave nothing behind', async () => {
    const { clock, broker } = setUp()
    const end = await broker.subscribe('room:1', follower)
    end()
    clock.advance(hour)
    expect(clock.pending).toBe(0)
  })

  test('I5: a claim is not forgotten early because many others came', async () => {
    const { broker } = setUp()
    await broker.claim('user-1', 'a', 1_000)
    for (let index = 0; index < 1_000; index++) await broker.claim(`user-${index}`, 'b', 1_000)
    expect(await broker.claim('user-1', 'a', 1_000)).toEqual({ outcome: 'pending' })
  })

  test('I2: a subscriber that threw on a delivery is told to read again, and the log names the channel', async () => {
    const errors: string[] = []
    const { broker } = setUp({ log: { ...quiet, error: (message) => errors.push(message) } })
    let lost = 0
    const deliver = () => {
      throw new Error('a fault of the subscriber')
    }
    await broker.subscribe('room:1', { ...follower, deliver, lost: () => lost++ })
    await broker.append('room:1', entry('a'), bounds)
    expect(lost).toBe(1)
    expect(errors).toEqual([expect.stringMatching(/room:1.*a fault of the subscriber/s)])
  })

  test('subscribers are told before the append resolves', async () => {
    const { broker } = setUp()
    const told: string[] = []
    await broker.subscribe('room:1', { ...follower, deliver: ({ publication }) => told.push(publication.id) })
    const appended = broker.append('room:1', entry('a'), bounds)
    expect(told).toEqual(['a'])
    await appended
  })

  test('a wall clock that jumps changes neither ages nor claims', async () => {
    const { clock, broker } = setUp()
    await broker.append('room:1', entry('a'), bounds)
    await broker.claim('user-1', 'a', 1_000)
    clock.jump(100 * hour)
    expect((await broker.read('room:1', all)).publications).toHaveLength(1)
    expect(await broker.claim('user-1', 'a', 1_000)).toEqual({ outcome: 'pending' })
    clock.jump(-200 * hour)
    clock.advance(hour)
    expect((await broker.read('room:1', all)).publications).toHaveLength(0)
    expect(await broker.claim('user-1', 'a', 1_000)).toEqual({ outcome: 'granted' })
  })

  test('a closed broker says so, and leaves no timer', async () => {
    const { clock, broker } = setUp()
    await broker.append('room:1', entry('a'), bounds)
    await broker.close()
    expect(clock.pending).toBe(0)
    await expect(broker.append('room:1', entry('b'), bounds)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(broker.read('room:1', all)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
