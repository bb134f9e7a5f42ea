import { type Broker, type Delivery, type StreamFollower, systemClock } from '@baro/core/broker'
import { type RedisServer, startRedis } from '@baro/testing/redis'
import { ErrorReply } from '@redis/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from './link/failure.ts'
import { createRedisBroker, type RedisBroker } from './redis-broker.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const bounds = { size: 10_000, ttlMs: 3_600_000, bytes: 1 << 24 }
const entry = (id: string) => ({ type: 'message', payload: id, id, time: 1 })
const all = { after: 0, limit: 10_000, bytes: 1 << 24 }
/** How long something may take to come true on a busy machine. */
const patience = { timeout: 30_000 }
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const terms = { windowMs: 60_000, share: { of: 'application' } } as const

let server: RedisServer
let broker: RedisBroker

beforeEach(async () => {
  server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  broker = await createRedisBroker({ url: server.url, waitMs: 30_000, compareMs: 100, log })
})

afterEach(async () => {
  await broker?.close()
  await server?.close()
})

/** In the place of the broker one that waits for Redis no longer than it takes to see that it does. */
async function becomeImpatient(): Promise<void> {
  await broker.close()
  broker = await createRedisBroker({ url: server.url, waitMs: 1_500, compareMs: 100, log })
}

/**
 * Resolves once the broker knows of each connection that it has ended. All ended with the process of Redis, but are heard one by one: what
 * is sent in between is sent on one that is dead already, and nobody can know what became of it.
 */
async function untilAllEnded(): Promise<void> {
  await vi.waitUntil(() => broker.health() === 'degraded', patience)
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
}

const idsIn = async (of: Broker) => (await of.read('room:1', all)).publications.map(({ id }) => id)
const append = async (id: string) => broker.append('room:1', [entry(id)], bounds)

function follower(): StreamFollower & { losses: number; readonly deliveries: Delivery[] } {
  const deliveries: Delivery[] = []
  return {
    losses: 0,
    deliveries,
    deliver: (delivery) => void deliveries.push(delivery),
    signal: () => {},
    lost() {
      this.losses++
    },
  }
}

describe('while Redis is away', () => {
  test('a publish waits for it, and is kept once', async () => {
    await append('before')
    await server.kill()
    await untilAllEnded()
    const waiting = ['one', 'two', 'three'].map(append)
    await server.start()
    expect(await Promise.all(waiting)).toMatchObject([{ outcome: 'appended' }, {}, {}])
    expect(await idsIn(broker)).toEqual(['before', 'one', 'two', 'three'])
    await vi.waitUntil(() => broker.health() === 'ready', patience)
  })

  test('a publish waits no longer than it may, and may then be tried again', async () => {
    await becomeImpatient()
    await server.kill()
    await expect(append('a')).rejects.toMatchObject({ code: 'unavailable', retry: true })
    await server.start()
    await vi.waitFor(() => append('b'), patience)
    expect(await idsIn(broker)).toEqual(['b'])
  })

  test('I5: what was sent to a Redis that stands still is settled by whoever comes first, and never done twice', async () => {
    await becomeImpatient()
    const key = { scope: 'user-1', id: 'a' }
    await broker.claim('room:1', key, terms)
    server.signal('SIGSTOP')
    const sent = Promise.resolve(broker.append('room:1', [entry('a')], bounds, { settle: key }))
    await expect(sent).rejects.toMatchObject({ code: 'unavailable' })
    server.signal('SIGCONT')
    const settle = async () => broker.settle('room:1', key, { code: 'handler-failed', message: 'Nobody knew.' })
    const stands = await vi.waitFor(settle, patience)
    const again = await broker.append('room:1', [entry('a')], bounds, { settle: key })
    expect(again).toEqual({ outcome: 'claim-over', answer: stands })
    expect(await idsIn(broker)).toEqual(stands && 'position' in stands ? ['a'] : [])
  })

  test('I5: a claim whose answer was lost on the way is granted to who asked, and to nobody else', async () => {
    server.signal('SIGSTOP')
    const claims = Array.from({ length: 20 }, () => broker.claim('room:1', { scope: 'user-1', id: 'a' }, terms))
    await server.kill()
    await server.start()
    const outcomes = (await Promise.all(claims)).map(({ outcome }) => outcome)
    expect(outcomes.sort()).toEqual(['granted', ...Array.from({ length: 19 }, () => 'pending')])
  })
})

test('a node that stood still keeps its connections: what was asked is answered, and nobody has to read again', async () => {
  await becomeImpatient()
  const told = follower()
  await broker.follow('room:1', told)
  await append('before')
  const [written, unsent] = [append('written'), broker.append('room:2', [entry('unsent')], bounds)]
  // Bundles leave after this turn, and the library writes after the next one.
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate)
  const late = append('late')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000)
  expect(await Promise.all([written, unsent, late])).toMatchObject([
    { outcome: 'appended' },
    { outcome: 'appended' },
    { outcome: 'appended' },
  ])
  expect([await idsIn(broker), told.losses, broker.health()]).toEqual([['before', 'written', 'late'], 0, 'ready'])
})

test('I5: what a killed node was at work on is answered once the node is not heard of any more, and its late append does not happen', async () => {
  const key = { scope: 'user-1', turn: { producer: 'tab-1', number: 1, confirmed: 0 } }
  const next = { scope: 'user-1', turn: { producer: 'tab-1', number: 2, confirmed: 0 } }
  const dead = await createRedisBroker({ url: server.url, log })
  await dead.claim('room:1', key, terms)
  expect(await broker.claim('room:1', key, terms)).toMatchObject({ outcome: 'pending' })
  const forget = "for _, key in ipairs(redis.call('KEYS', 'baro{0}:n:*')) do redis.call('DEL', key) end"
  await server.command('EVAL', forget, '0')
  expect(await broker.claim('room:1', next, terms)).toMatchObject({ outcome: 'granted' })
  const answer = { code: 'unknown-outcome', message: expect.stringContaining('Look before repeating it') }
  expect(await broker.claim('room:1', key, terms)).toMatchObject({ outcome: 'settled', answer })
  expect(await dead.append('room:1', [entry('late')], bounds, { settle: key })).toMatchObject({ outcome: 'claim-over' })
  expect(await idsIn(broker)).toEqual([])
  await dead.close()
})

describe('I5: an attempt ends in Redis, too, whatever was lost on the way', () => {
  const key = { scope: 'user-1', turn: { producer: 'tab-1', number: 1, confirmed: 0 } }
  let other: RedisBroker

  beforeEach(async () => {
    await becomeImpatient()
    other = await createRedisBroker({ url: server.url, waitMs: 30_000, log })
    // No script has to be loaded in the moment that matters.
    await broker.claim('room:0', key, terms)
  })

  afterEach(() => other.close())

  /** Has the call fail although Redis takes it, a moment later. */
  async function whileRedisStands(call: () => unknown): Promise<void> {
    server.signal('SIGSTOP')
    await expect(Promise.resolve(call())).rejects.toMatchObject({ code: 'unavailable' })
    server.signal('SIGCONT')
  }

  const outcomeAt = (by: Broker, outcome: string) =>
    vi.waitUntil(async () => {
      const claimed = await by.claim('room:1', key, terms)
      return claimed.outcome === outcome && claimed
    }, patience)

  test('a claim that was given up before Redis granted it is open to whoever asks on the same node', async () => {
    await whileRedisStands(() => broker.claim('room:1', key, terms))
    await outcomeAt(broker, 'granted')
  })

  test('and, a little later, on another one', async () => {
    await whileRedisStands(() => broker.claim('room:1', key, terms))
    await outcomeAt(other, 'granted')
  })

  test('the answer to a publish that could not be kept is kept once Redis answers', async () => {
    expect(await broker.claim('room:1', key, terms)).toMatchObject({ outcome: 'granted' })
    await server.kill()
    const answer = { code: 'handler-failed', message: 'No.' } as const
    await expect(Promise.resolve(broker.settle('room:1', key, answer))).rejects.toMatchObject({ code: 'unavailable' })
    await server.start()
    expect(await outcomeAt(other, 'settled')).toMatchObject({ answer })
  })

  test('a claim that could not be given back is given back once Redis answers', async () => {
    expect(await broker.claim('room:1', key, terms)).toMatchObject({ outcome: 'granted' })
    await server.kill()
    await expect(Promise.resolve(broker.release('room:1', key))).rejects.toMatchObject({ code: 'unavailable' })
    await server.start()
    await outcomeAt(other, 'granted')
  })

  test('an attempt that is at work is left alone', async () => {
    expect(await broker.claim('room:1', key, terms)).toMatchObject({ outcome: 'granted' })
    for (const by of [broker, other]) expect(await by.claim('room:1', key, terms)).toMatchObject({ outcome: 'pending' })
    expect(await broker.append('room:1', [entry('a')], bounds, { settle: key })).toMatchObject({ outcome: 'appended' })
  })
})

describe('what Redis kept', () => {
  test('I4: with `appendfsync always` the end of its process loses nothing: no reset, no claim', async () => {
    const claims = await broker.claimsEpoch()
    const key = { scope: 'user-1', id: 'a' }
    await broker.claim('room:1', key, terms)
    const ids = Array.from({ length: 200 }, (_, index) => `id-${index}`)
    await Promise.all(ids.map(append))
    const [before] = await broker.heads(['room:1'])
    await server.kill()
    await server.start()
    expect(await broker.heads(['room:1'])).toEqual([before])
    expect(await idsIn(broker)).toEqual(ids)
    expect(await broker.claimsEpoch()).toBe(claims)
    expect(await broker.claim('room:1', key, terms)).toMatchObject({ outcome: 'pending' })
  })

  test('I4, I5: what it lost is another life of the stream and of the claims, and followers are told to read', async () => {
    const told = follower()
    const key = { scope: 'user-1', turn: { producer: 'tab-1', number: 1, confirmed: 0 } }
    const claims = await broker.claimsEpoch()
    await broker.claim('room:1', key, terms)
    await broker.settle('room:1', key, { position: null })
    await append('a')
    await broker.follow('room:1', told)
    const [before] = await broker.heads(['room:1'])
    await server.command('FLUSHALL')
    await vi.waitUntil(() => told.losses > 0, patience)
    const [after] = await broker.heads(['room:1'])
    expect(after?.epoch).not.toBe(before?.epoch)
    expect(await broker.claim('room:1', key, { ...terms, epoch: claims })).toMatchObject({ outcome: 'out-of-turn' })
    await append('b')
    expect(await idsIn(broker)).toEqual(['b'])
  })

  test('I2: what pub/sub lost without a sign is found by its head', async () => {
    const told = follower()
    await append('a')
    await broker.follow('room:1', told)
    const script = `
      for _, name in ipairs(redis.call('PUBSUB', 'SHARDCHANNELS', '*:s:room:1')) do
        local key = string.gsub(name, ':s:', ':h:')
        local record = cmsgpack.unpack(redis.call('GET', key))
        redis.call('RPUSH', (string.gsub(name, ':s:', ':l:')), string.format('%.0f', record.n) .. '\\n3\\n"c"\\n{"id":"c","time":1,"type":"m","payload":"c"}')
        record.o = record.o + 1
        record.c = '"c"'
        redis.call('SET', key, cmsgpack.pack(record))
      end`
    await append('b')
    await vi.waitUntil(() => told.deliveries.length > 0, patience)
    await server.command('EVAL', script, '0')
    await vi.waitUntil(() => told.losses > 0, patience)
    expect(told.deliveries).toHaveLength(1)
    expect(await idsIn(broker)).toEqual(['a', 'b', 'c'])
  })

  test('I4: a channel of which a part was deleted begins another life', async () => {
    const [before] = [(await append('a')) && (await broker.heads(['room:1']))[0]]
    await server.command(
      'EVAL',
      "for _, key in ipairs(redis.call('KEYS', '*:l:room:1')) do redis.call('DEL', key) end",
      '0',
    )
    const view = await broker.read('room:1', all)
    expect(view.publications).toEqual([])
    expect(view.epoch).not.toBe(before?.epoch)
  })

  test('I7: a full Redis refuses what fills it, says so, and goes on reading and answering', async () => {
    await append('a')
    const key = { scope: 'user-1', id: 'a' }
    await broker.claim('room:1', key, terms)
    await server.command('CONFIG', 'SET', 'maxmemory', '1')
    await expect(append('b')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('is full'),
    })
    expect(await idsIn(broker)).toEqual(['a'])
    expect(await broker.settle('room:1', key, { position: null })).toEqual({ position: null })
    await server.command('CONFIG', 'SET', 'maxmemory', '0')
    await append('c')
    expect(await idsIn(broker)).toEqual(['a', 'c'])
  })

  test('connections that an operator ends come back, and followers are told', async () => {
    const told = follower()
    await broker.follow('room:1', told)
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => {})
    await vi.waitUntil(() => told.losses > 0, patience)
    // What comes before the connection that hears is back, followers are told to read.
    let count = 0
    const heard = async () => {
      await append(`id-${count++}`).catch(() => {})
      return told.deliveries.length > 0
    }
    await vi.waitUntil(heard, patience)
    expect(told.deliveries[0]?.publications).toMatchObject([{ id: expect.stringMatching(/^id-/) }])
  })

  test('a broker that hears again is ready again, though it could send all the time', async () => {
    const told = follower()
    await broker.follow('room:1', told)
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await vi.waitUntil(() => told.losses > 0, patience)
    await vi.waitUntil(() => broker.health() === 'ready', patience)
  })
})

describe('an operator and other clocks', () => {
  test('a script of somebody else that never ends is waited for, until it is killed', async () => {
    await append('a')
    await server.command('CONFIG', 'SET', 'busy-reply-threshold', '10')
    const endless = server.command('EVAL', 'while true do end', '0').catch((error: Error) => error.message)
    // Once it has run for longer than the threshold others are told so.
    await vi.waitUntil(async () => /BUSY/.test(await server.command('PING').catch((error) => String(error))), patience)
    const waiting = append('b')
    const reading = idsIn(broker)
    await vi.waitUntil(() => broker.health() === 'degraded', patience)
    await server.command('SCRIPT', 'KILL')
    expect(await endless).toMatch(/Script killed by user/)
    expect(await waiting).toMatchObject({ outcome: 'appended' })
    await reading
    expect(await idsIn(broker)).toEqual(['a', 'b'])
  })

  test('a script of ours that is killed had written nothing, and is run again', () => {
    const killed = new ErrorReply('ERR Script killed by user with SCRIPT KILL. script: 1a2b, on @user_script:1.')
    expect(failureOf(killed)).toBe('not-yet')
  })

  test('a node whose clock is an hour off trims nothing, forgets nothing, and holds its members for as long as the others', async () => {
    const set = 'baro~members:room:1'
    const held = (id: string) => ({ number: 1, held: [{ id, state: null }], released: [] })
    const leaseMs = { leaseMs: 60_000 }
    for (const hours of [1, -1]) {
      const clock = { ...systemClock, now: () => systemClock.now() + hours * 3_600_000 }
      const off = await createRedisBroker({ url: server.url, waitMs: 30_000, clock, log })
      const minute = { ...bounds, ttlMs: 60_000 }
      await broker.append('room:1', [entry(`right ${hours}`)], minute)
      await off.append('room:1', [entry(`off ${hours}`)], minute)
      await broker.append('room:1', [entry(`right again ${hours}`)], minute)
      const key = { scope: 'user-1', id: `id ${hours}` }
      expect(await off.claim('room:1', key, terms)).toMatchObject({ outcome: 'granted' })
      expect(await broker.claim('room:1', key, terms)).toMatchObject({ outcome: 'pending' })
      await off.presence.touch(set, `off ${hours}`, held(`off ${hours}`), leaseMs)
      await broker.presence.touch(set, `right ${hours}`, held(`right ${hours}`), leaseMs)
      expect(await broker.presence.expire(`right ${hours}`, 1)).toEqual([])
      expect(await off.presence.expire(`off ${hours}`, 1)).toEqual([])
      const leading = await off.leadership.lead('room:1', 'off', leaseMs)
      expect([leading.leads, await broker.leadership.lead('room:1', 'right', leaseMs)]).toMatchObject([
        true,
        { leads: false },
      ])
      await off.leadership.resign('room:1', 'off')
      await off.close()
    }
    expect(await idsIn(broker)).toHaveLength(6)
  })
})
