import type { BaroError, Log } from '@baro/core'
import type {
  Appended,
  Broker,
  ClaimKey,
  ClaimShare,
  Delivery,
  Entry,
  HistoryBounds,
  ReadRange,
  StreamFollower,
} from '@baro/core/broker'
import { checkOf, startOf } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { brokerSuite } from '@baro/testing/broker-suite'
import { describe, expect, test } from 'vitest'
import { createMemoryBroker, type MemoryBrokerOptions } from './memory-broker.ts'

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }
const hour = 3_600_000
const bounds: HistoryBounds = { size: 100, ttlMs: hour, bytes: 1 << 20 }
const all: ReadRange = { after: 0, limit: 100, bytes: 1 << 20 }
const follower: StreamFollower = { deliver: () => {}, signal: () => {}, lost: () => {} }
const entry = (id: string): Entry => ({ type: 'message', payload: { text: id }, id, time: 0 })

/** Appends one publication that keeps to the rules. */
async function append(broker: Broker, channel: string, id: string, within = bounds): Promise<Delivery> {
  return deliveryOf(await broker.append(channel, [entry(id)], within))
}

function deliveryOf(appended: Appended): Delivery {
  if (appended.outcome !== 'appended') throw new Error(`nothing was appended: ${appended.outcome}`)
  return appended.delivery
}

/** What a claim of an id or a turn came to. */
async function claim(broker: Broker, scope: string, of: string | number, windowMs = 1_000, confirmed = 0) {
  return (await broker.claim('room:1', keyOf(scope, of, confirmed), { windowMs, share: { of: 'user', user: scope } }))
    .outcome
}

function keyOf(scope: string, of: string | number, confirmed = 0): ClaimKey {
  return typeof of === 'string' ? { scope, id: of } : { scope, turn: { producer: 'tab-1', number: of, confirmed } }
}

function setUp(options: MemoryBrokerOptions = {}) {
  const clock = createFakeClock()
  const randomness = createSeededRandomness('memory broker')
  return { clock, broker: createMemoryBroker({ clock, randomness, idleTtlMs: 2 * hour, log: quiet, ...options }) }
}

brokerSuite('memory', async ({ clock, randomness }) => createMemoryBroker({ clock, randomness, log: quiet }))

describe('memory broker', () => {
  test('I4: an idle channel is dropped, and absent channels then stand at another epoch', async () => {
    const { clock, broker } = setUp()
    const { position } = await append(broker, 'room:1', 'a')
    await clock.pass(4 * hour)
    const view = await broker.read('room:1', all)
    expect(view).toMatchObject({ head: { offset: 0 }, floor: 0, publications: [] })
    expect(view.epoch).not.toBe(position.epoch)
    expect((await broker.read('room:2', all)).epoch).toBe(view.epoch)
    expect((await append(broker, 'room:1', 'a')).follows).toMatchObject({ epoch: view.epoch, offset: 0 })
  })

  test('I4: no position of a dropped life is valid in the next, even when the same ids are published again', async () => {
    const { clock, broker } = setUp()
    const { position } = await append(broker, 'room:1', 'a')
    await clock.pass(4 * hour)
    const again = await append(broker, 'room:1', 'a')
    expect(again.position).toEqual({ ...position, epoch: again.position.epoch })
    expect(again.position.epoch).not.toBe(position.epoch)
  })

  test('dropping one channel leaves the others as they are', async () => {
    const { clock, broker } = setUp()
    await append(broker, 'room:1', 'a')
    const kept = await append(broker, 'room:2', 'b', { ...bounds, ttlMs: 100 * hour })
    await clock.pass(4 * hour)
    expect(await broker.read('room:2', { ...all, after: 1 })).toMatchObject({
      epoch: kept.position.epoch,
      head: { offset: 1 },
      from: { offset: 1, check: checkOf('b') },
    })
  })

  test.each([
    ['is followed', async ({ broker }: ReturnType<typeof setUp>) => void (await broker.follow('room:1', follower))],
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
        void (await append(broker, 'room:1', 'b', { ...bounds, ttlMs: 100 * hour })),
    ],
  ])('a channel that %s is not dropped', async (_, keepAlive) => {
    const setting = setUp()
    const { position } = await append(setting.broker, 'room:1', 'a')
    await keepAlive(setting)
    await setting.clock.pass(20 * hour)
    expect((await setting.broker.read('room:1', all)).epoch).toBe(position.epoch)
  })

  test('a channel is dropped some time after its last follower has left', async () => {
    const { clock, broker } = setUp()
    const { position } = await append(broker, 'room:1', 'a')
    const end = await broker.follow('room:1', follower)
    await clock.pass(4 * hour)
    end()
    await clock.pass(4 * hour)
    expect((await broker.read('room:1', all)).epoch).not.toBe(position.epoch)
  })

  test('I7: the history of a quiet channel expires without a read, and then no timer is left', async () => {
    const { clock, broker } = setUp()
    await append(broker, 'room:1', 'a')
    await claim(broker, 'user-1', 'a', hour)
    expect(clock.pending).toBe(1)
    await clock.pass(4 * hour)
    expect(clock.pending).toBe(0)
  })

  test('I5: two brokers have different lives of claims and different epochs', async () => {
    const [one, other] = [createMemoryBroker({ log: quiet }), createMemoryBroker({ log: quiet })]
    expect(await one.claimsEpoch()).not.toBe(await other.claimsEpoch())
    expect((await one.read('room:1', all)).epoch).not.toBe((await other.read('room:1', all)).epoch)
  })

  test('I7: one user cannot hold more claims than allowed, and others still can', async () => {
    const { clock, broker } = setUp({ claimLimits: { perUser: 2, users: 100 } })
    await claim(broker, 'user-1', 'a', 1_000)
    await claim(broker, 'user-1', 'b', 1_000)
    await expect(claim(broker, 'user-1', 'c', 1_000)).rejects.toMatchObject({ code: 'rate-limited' })
    expect(await claim(broker, 'user-1', 'a', 1_000)).toBe('pending')
    expect(await claim(broker, 'user-2', 'c', 1_000)).toBe('granted')
    clock.advance(1_000)
    expect(await claim(broker, 'user-1', 'c', 1_000)).toBe('granted')
  })

  test('I7: all users together cannot hold more claims than allowed, whatever their windows', async () => {
    const { clock, broker } = setUp({ claimLimits: { perUser: 100, users: 3 } })
    for (const [index, windowMs] of [1_000, 2_000, 60_000].entries())
      await claim(broker, `user-${index}`, 'a', windowMs)
    await expect(claim(broker, 'user-9', 'a', 1_000)).rejects.toMatchObject({ code: 'unavailable' })
    clock.advance(1_500)
    expect(await claim(broker, 'user-9', 'a', 60_000)).toBe('granted')
    await expect(claim(broker, 'user-9', 'b', 1_000)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('I7: guests, users and the application have room of their own, and guests share theirs by address', async () => {
    const { broker } = setUp({ claimLimits: { perUser: 1, users: 2, perAddress: 1, guests: 2, application: 1 } })
    const claimFor = async (share: ClaimShare, scope: string) => {
      try {
        return (await broker.claim('room:1', { scope, id: 'a' }, { windowMs: 1_000, share })).outcome
      } catch (error) {
        return (error as BaroError).code
      }
    }
    const guest = (address: string, secret: string) => claimFor({ of: 'guest', address }, `guest:${secret}`)
    const user = (id: string) => claimFor({ of: 'user', user: id }, `user:${id}`)
    expect([await guest('10.0.0.1', 'a'), await guest('10.0.0.1', 'b')]).toEqual(['granted', 'rate-limited'])
    expect([await guest('10.0.0.2', 'c'), await guest('10.0.0.3', 'd')]).toEqual(['granted', 'unavailable'])
    expect([await user('ada'), await user('bob'), await user('eve')]).toEqual(['granted', 'granted', 'unavailable'])
    expect([await claimFor({ of: 'application' }, 'application')]).toEqual(['granted'])
    // A guest who comes back from another address finds its claim.
    expect(await guest('10.0.0.9', 'a')).toBe('pending')
  })

  test('I7: an expired claim makes room, also if many others expired before it', async () => {
    const { clock, broker } = setUp({ claimLimits: { perUser: 1, users: 100 } })
    for (let index = 0; index < 10; index++) await claim(broker, `user-${index}`, 'a', 1_000)
    clock.advance(1_000)
    expect(await claim(broker, 'user-9', 'b', 1_000)).toBe('granted')
  })

  test('I5: an id claimed again after its window is not forgotten with the old claim, nor counted twice', async () => {
    const { clock, broker } = setUp({ claimLimits: { perUser: 100, users: 6 } })
    const again = (ids: string) => Promise.all([...ids].map((id) => claim(broker, 'user-1', id, 1_000)))
    await again('abcde')
    clock.advance(1_000)
    await again('e')
    await again('xyz')
    expect(await claim(broker, 'user-1', 'e', 1_000)).toBe('pending')
    await again('vw')
    await expect(claim(broker, 'user-1', 'u', 1_000)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('I7: a turn counts once, however many follow it, as long as its answers are confirmed', async () => {
    const { broker } = setUp({ claimLimits: { perUser: 2, users: 100 } })
    for (let number = 1; number <= 1_000; number++) {
      expect(await claim(broker, 'user-1', number, 1_000, number - 1)).toBe('granted')
      await broker.settle('room:1', keyOf('user-1', number), { position: null })
    }
    expect(await claim(broker, 'user-1', 'and one more')).toBe('granted')
    await expect(claim(broker, 'user-1', 'too many')).rejects.toMatchObject({ code: 'rate-limited' })
  })

  test('I7: answers that are not confirmed count, and a turn that there is no room for can come again', async () => {
    const { broker } = setUp({ claimLimits: { perUser: 3, users: 100 } })
    for (const number of [1, 2, 3]) {
      await claim(broker, 'user-1', number)
      await broker.settle('room:1', keyOf('user-1', number), { position: null })
    }
    await expect(claim(broker, 'user-1', 4)).rejects.toMatchObject({ code: 'rate-limited' })
    expect(await claim(broker, 'user-1', 5)).toBe('out-of-turn')
    expect(await claim(broker, 'user-1', 3)).toBe('settled')
    expect(await claim(broker, 'user-1', 4, 1_000, 1)).toBe('granted')
  })

  test('I7: one producer keeps 1,024 answers at most, whatever is allowed to its user', async () => {
    const { broker } = setUp()
    for (let number = 1; number <= 1_024; number++) {
      await claim(broker, 'user-1', number)
      await broker.settle('room:1', keyOf('user-1', number), { position: null })
    }
    await expect(claim(broker, 'user-1', 1_025)).rejects.toMatchObject({ code: 'rate-limited' })
    expect(await claim(broker, 'user-1', 1_025, 1_000, 1)).toBe('granted')
  })

  test('I7: claims that were refused, given back or out of turn leave nothing behind', async () => {
    const { clock, broker } = setUp({ claimLimits: { perUser: 100, users: 1 } })
    await claim(broker, 'user-1', 1)
    await broker.release('room:1', keyOf('user-1', 1))
    await claim(broker, 'user-1', 'a')
    await broker.release('room:1', keyOf('user-1', 'a'))
    for (const number of [2, 3, 0]) expect(await claim(broker, 'user-2', number)).toBe('out-of-turn')
    expect(await claim(broker, 'user-3', 'b')).toBe('granted')
    await expect(claim(broker, 'user-4', 1)).rejects.toMatchObject({ code: 'unavailable' })
    clock.advance(1_000)
    expect(await claim(broker, 'user-4', 1)).toBe('granted')
  })

  test('I5: a producer that goes on claiming outlives many that do not, and is forgotten when it stops', async () => {
    const { clock, broker } = setUp({ claimLimits: { perUser: 100, users: 3 } })
    await claim(broker, 'user-1', 1)
    for (let round = 0; round < 20; round++) {
      clock.advance(600)
      expect(await claim(broker, 'user-1', 1)).toBe('pending')
      await claim(broker, `user-${round + 2}`, 'a')
    }
    clock.advance(1_000)
    for (const user of ['a', 'b', 'c']) expect(await claim(broker, user, 'a')).toBe('granted')
  })

  test('every offered state that fits is kept at once, and only a state that does not fit is wanted later', async () => {
    const { broker } = setUp()
    const { epoch } = await broker.read('room:1', all)
    let follows = startOf(epoch)
    for (const id of ['a', 'b', 'c']) {
      const checkpoint = { follows, offset: follows.offset + 1, version: '1', state: id }
      const appended = await broker.append('room:1', [entry(id)], bounds, { checkpoint })
      expect(appended).toMatchObject({ outcome: 'appended', wantsCheckpoint: false })
      follows = deliveryOf(appended).position
      expect(await broker.readCheckpoint('room:1', '1')).toEqual({ position: follows, version: '1', state: id })
    }
    const late = { follows: startOf(epoch), offset: 4, version: '1', state: 'late' }
    const appended = await broker.append('room:1', [entry('d')], bounds, { checkpoint: late })
    expect(appended).toMatchObject({ outcome: 'appended', wantsCheckpoint: true })
  })

  test('I2: where little or no history is kept, a hundred publications still wait for a state', async () => {
    const { broker } = setUp()
    const none = { size: 0, ttlMs: 0, bytes: 0 }
    const { position } = await append(broker, 'room:1', 'a', none)
    await broker.writeCheckpoint('room:1', { position, version: '1', state: 'a' })
    for (let count = 0; count < 100; count++) await append(broker, 'room:1', `id-${count}`, none)
    expect((await broker.read('room:1', { ...all, after: 1, limit: 1_000 })).publications).toHaveLength(100)
    await append(broker, 'room:1', 'one too many', none)
    expect((await broker.read('room:1', all)).publications).toHaveLength(0)
  })

  test('I4: an append that fails begins no channel', async () => {
    const { clock, broker } = setUp()
    const unwritable = { ...entry('a'), payload: 1n as unknown as number }
    await expect(async () => broker.append('room:1', [unwritable], bounds)).rejects.toThrow(TypeError)
    expect(clock.pending).toBe(0)
  })

  test('I7: channels that were only followed leave nothing behind', async () => {
    const { clock, broker } = setUp()
    const end = await broker.follow('room:1', follower)
    end()
    clock.advance(hour)
    expect(clock.pending).toBe(0)
  })

  test('I5: a claim is not forgotten early because many others came', async () => {
    const { broker } = setUp()
    await claim(broker, 'user-1', 'a', 1_000)
    for (let index = 0; index < 1_000; index++) await claim(broker, `user-${index}`, 'b', 1_000)
    expect(await claim(broker, 'user-1', 'a', 1_000)).toBe('pending')
  })

  test('I2: a follower that threw on a delivery is told to read again, and the log names the channel', async () => {
    const errors: string[] = []
    const { broker } = setUp({ log: { ...quiet, error: (_, message) => errors.push(message) } })
    let lost = 0
    const deliver = () => {
      throw new Error('a fault of the follower')
    }
    await broker.follow('room:1', { ...follower, deliver, lost: () => lost++ })
    await append(broker, 'room:1', 'a')
    expect(lost).toBe(1)
    expect(errors).toEqual([expect.stringMatching(/room:1.*a fault of the follower/s)])
  })

  test('followers are told before the append resolves', async () => {
    const { broker } = setUp()
    const told: string[] = []
    await broker.follow('room:1', {
      ...follower,
      deliver: ({ publications }) => told.push(...publications.map(({ id }) => id)),
    })
    const appended = append(broker, 'room:1', 'a')
    expect(told).toEqual(['a'])
    await appended
  })

  test('a wall clock that jumps changes neither ages nor claims', async () => {
    const { clock, broker } = setUp()
    await append(broker, 'room:1', 'a')
    await claim(broker, 'user-1', 'a', 1_000)
    clock.jump(100 * hour)
    expect((await broker.read('room:1', all)).publications).toHaveLength(1)
    expect(await claim(broker, 'user-1', 'a', 1_000)).toBe('pending')
    clock.jump(-200 * hour)
    clock.advance(hour)
    expect((await broker.read('room:1', all)).publications).toHaveLength(0)
    expect(await claim(broker, 'user-1', 'a', 1_000)).toBe('granted')
  })

  test('a closed broker says so, and leaves no timer', async () => {
    const { clock, broker } = setUp()
    await append(broker, 'room:1', 'a')
    await broker.close()
    expect(clock.pending).toBe(0)
    await expect(append(broker, 'room:1', 'b')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(broker.read('room:1', all)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
