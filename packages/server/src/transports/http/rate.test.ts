/** Requests above what a user, else an address, may send (I7). */
import { describe, expect, test } from 'vitest'
import { type Answer, type HttpStage, type Pending, serve, tick, until } from '../../../test/http-stage.ts'
import { NetworkClient } from '../../../test/network-client.ts'
import { EventReader } from '../../../test/stream-readers.ts'
import { prices } from '../../access/prices.ts'

const limits = { messagesPerSecond: 10, timesPerUser: 2, timesPerAddress: 5, bytesPerSecond: 100_000 }
const publishing = { method: 'POST', body: '{"type":"message","payload":"hello"}' }
const as = (user: string) => ({ headers: { authorization: `Bearer ${user}` } })

const connecting = (...messages: readonly object[]) => ({
  method: 'POST',
  body: JSON.stringify({ messages: [{ type: 'baro:connect', payload: { protocol: 1, client: 'mine' } }, ...messages] }),
})

const count = (answers: readonly Answer[], status: number) => answers.filter((one) => one.status === status).length

/** The refusals that are held back. */
const heldBack = ({ waits }: HttpStage) => waits.filter((ms) => ms >= 1_000 && ms <= 2_000).length

/** Asks until an address has nothing left. */
async function useUp({ ask }: HttpStage) {
  // 50 messages a second, twice as many at once: each read costs 2, and the feed of the first one as much once more.
  await Promise.all(Array.from({ length: 49 }, () => ask('/baro/channels/chat:1')))
}

/** Asks so often at once; two seconds have passed when the last refusal is there. */
async function askMany(stage: HttpStage, times: number, ...asked: Parameters<HttpStage['send']>) {
  const sent = Array.from({ length: times }, () => stage.send(...asked))
  await until(() => sent.filter(({ isAnswered }) => isAnswered).length + heldBack(stage) === times)
  stage.clock.advance(2_000)
  return Promise.all(sent.map(({ answer }) => answer))
}

describe('I7: requests above the allowance', () => {
  test('of an address, and of a user, are refused with the time to come back after', async () => {
    const stage = await serve({ limits: { ...limits, bytesPerSecond: 1e15 } })
    const guests = await askMany(stage, 500, '/baro/channels/chat:1', publishing)
    // Each costs the price of 6 messages, and the last one may spend what is not there.
    expect([count(guests, 200), count(guests, 429)]).toEqual([17, 483])
    const refused = guests.find(({ status }) => status === 429)
    expect(refused?.body).toEqual({
      error: {
        code: 'rate-limited',
        message: 'Too much comes from this address. Try again in 1 s.',
        retryAfterMs: 1_000,
        docs: '/baro/errors/rate-limited',
      },
    })
    expect(refused?.headers['retry-after']).toBe('1')
    const users = await askMany(stage, 200, '/baro/channels/chat:1', { ...publishing, ...as('ada') })
    expect([count(users, 200), count(users, 429)]).toEqual([7, 193])
    expect((await stage.ask('/baro/channels/chat:1', { ...publishing, ...as('bob') })).status).toBe(200)
    expect(stage.hub.counters.published).toBe(25)
    // Four seconds have passed, which brought everything back.
    const later = await askMany(stage, 150, '/baro/channels/chat:1', publishing)
    expect([count(later, 200), count(later, 429)]).toEqual([17, 133])
  })

  test.each([
    ['a read', prices.read, '/baro/channels/chat:1', {}],
    ['a long poll', prices.longPoll, '/baro/channels/chat:1?wait=25&after=none', {}],
    ['a publish', prices.post, '/baro/channels/chat:1', publishing],
    ['an event stream', prices.stream, '/baro/channels/chat:1?live=sse', {}],
  ])('cost what prices.ts says: %s', async (what, price, path, asked) => {
    const stage = await serve({ limits: { ...limits, bytesPerSecond: 1e15 } })
    const before = stage.hub.counters.rejected
    const pending: Pending[] = []
    while (stage.hub.counters.rejected === before) {
      pending.push(stage.send(path, asked))
      for (let round = 0; round < 50; round++) await tick()
    }
    // Of the burst of 100 messages; what a session says and the first use of a channel cost a little more.
    const letIn = pending.length - 1
    expect([what, letIn * price]).toEqual([what, expect.closeTo(100, -2)])
    expect(letIn).toBeLessThanOrEqual(Math.ceil(100 / price))
    expect(letIn).toBeGreaterThanOrEqual(Math.floor(97 / (price + 1)))
    for (const one of pending) one.abort()
  })

  test('of the first use of a channel cost more than the next ones', async () => {
    const stage = await serve({ limits })
    let asked = 0
    for (; heldBack(stage) === 0; asked++) {
      const sent = stage.send(`/baro/channels/chat:${asked}`)
      await until(() => sent.isAnswered || heldBack(stage) > 0)
    }
    expect(asked - 1).toBe(100 / (prices.read + prices.feed))
  })

  test('with a wrong token are refused before `auth` is asked again, and users of the address are not until then', async () => {
    const asked: (string | undefined)[] = []
    const stage = await serve({
      limits,
      auth: ({ token }) => {
        asked.push(token)
        if (token === 'wrong') throw new Error('no such token')
        return token === undefined ? undefined : { id: token }
      },
    })
    // A flood of guests of the same address counts nothing for users.
    await useUp(stage)
    expect((await stage.ask('/baro/channels/chat:1', as('ada'))).status).toBe(200)
    while (heldBack(stage) === 0) {
      const sent = stage.send('/baro/channels/chat:1', as('wrong'))
      await until(() => sent.isAnswered || heldBack(stage) > 0)
    }
    expect(asked.filter((token) => token === 'wrong')).toHaveLength(100 / prices.refusal)
    const held = stage.send('/baro/channels/chat:1', as('ada'))
    await until(() => heldBack(stage) === 2)
    expect(held.isAnswered).toBe(false)
    stage.clock.advance(2_000)
    expect((await held.answer).status).toBe(429)
    expect((await stage.ask('/baro/channels/chat:1', as('ada'))).status).toBe(200)
  })

  test('count bodies by their bytes, before they are decoded', async () => {
    const stage = await serve({ limits })
    const body = JSON.stringify({ type: 'message', payload: 'a'.repeat(50_000) })
    let published = 0
    for (; heldBack(stage) === 0; published++) {
      const sent = stage.send('/baro/channels/chat:1', { method: 'POST', body })
      await until(() => sent.isAnswered || heldBack(stage) > 0)
    }
    expect(published - 1).toBe(9)
  })

  test('bring no fresh burst to an SDK: neither many requests nor many messages in one', async () => {
    const stage = await serve({ limits: { ...limits, timesPerAddress: Number.POSITIVE_INFINITY } })
    const publishes = Array.from({ length: 30 }, (_, index) => ({
      type: 'baro:publish',
      payload: { id: `p-${index}`, channel: 'chat:1', type: 'message', payload: 'hello' },
    }))
    const sent: Pending[] = []
    for (let index = 0; index < 30; index++) {
      const messages = publishes.map(({ type, payload }) => ({
        type,
        payload: { ...payload, id: `${payload.id}-${index}` },
      }))
      sent.push(stage.send('/baro/connect?wait=25', { ...connecting(...messages), ...as('ada') }))
    }
    await until(() => stage.hub.counters.sessions === 30)
    for (let round = 0; round < 100; round++) await tick()
    // The first 19 publishes of a link, for as many links as the user has allowance for.
    expect(stage.hub.counters.published).toBeLessThanOrEqual(60)
    for (let step = 0; step < 50; step++) {
      stage.clock.advance(100)
      for (let round = 0; round < 20; round++) await tick()
    }
    expect(stage.hub.counters.published).toBeLessThanOrEqual(60 + 5 * 20)
    expect(stage.hub.counters.published).toBeGreaterThanOrEqual(60)
    for (const one of sent) one.abort()
  })

  test('of an SDK that comes alone are read on as time passes, and answered in order', async () => {
    const stage = await serve({ limits })
    const publishes = Array.from({ length: 60 }, (_, index) => ({
      type: 'baro:publish',
      payload: { id: `p-${index}`, channel: 'chat:1', type: 'message', payload: 'hello' },
    }))
    const sent = stage.send('/baro/connect?wait=0', connecting(...publishes))
    await until(() => stage.hub.counters.published === 19)
    for (let step = 0; step < 60 && !sent.isAnswered; step++) {
      stage.clock.advance(100)
      for (let round = 0; round < 20; round++) await tick()
    }
    const { messages } = (await sent.answer).body
    expect(messages.map(({ payload }) => payload.id)).toEqual([
      undefined,
      ...publishes.map(({ payload }) => payload.id),
    ])
    expect(new Set(messages.slice(1).map(({ type }) => type))).toEqual(new Set(['baro:published']))
  })

  test.each([
    ['a read', '/baro/channels/chat:1', {}],
    ['a long poll', '/baro/channels/chat:1?wait=25', {}],
    ['a publish', '/baro/channels/chat:1', publishing],
  ])('are refused late, so that a loop does not storm: %s', async (_, path, asked) => {
    const stage = await serve({ limits })
    await useUp(stage)
    const held = stage.send(path, asked)
    await until(() => heldBack(stage) === 1)
    for (let round = 0; round < 20; round++) await tick()
    expect(held.isAnswered).toBe(false)
    stage.clock.advance(2_000)
    expect((await held.answer).status).toBe(429)
  })

  test('that are held back are let go when the node stops', async () => {
    const stage = await serve({ limits })
    await useUp(stage)
    const last = stage.send('/baro/channels/chat:1')
    await until(() => heldBack(stage) === 1)
    void stage.hub.drain({ timeoutMs: 0 })
    expect((await last.answer).status).toBe(429)
  })

  test('are not read on from while they are held back: a thousand that go away together are not found out together', async () => {
    const stage = await serve({ limits })
    await useUp(stage)
    const gone = stage.send('/baro/channels/chat:1')
    await until(() => heldBack(stage) === 1)
    gone.abort()
    for (let round = 0; round < 20; round++) await tick()
    expect(heldBack(stage)).toBe(1)
    stage.clock.advance(2_000)
    expect(heldBack(stage)).toBe(0)
  })

  test('for an event stream get one that ends, with the time to come back after: another status would be for good', async () => {
    const stage = await serve({ limits })
    await useUp(stage)
    const held = stage.send('/baro/channels/chat:1?live=sse')
    await until(() => heldBack(stage) === 1)
    for (let round = 0; round < 20; round++) await tick()
    expect(held.isAnswered).toBe(false)
    stage.clock.advance(2_000)
    const answer = await held.answer
    expect([answer.status, answer.text]).toEqual([200, 'retry: 1000\n\n'])
    // Nothing waits for it any more: what waits keeps the connection in memory.
    await until(() => stage.waits.every((ms) => ms !== 50_000))
    expect(stage.hub.counters.sessions).toBe(0)
  })
})

test('I7: sessions of the SDK by POST above the allowance of their address wait, and none is refused', async () => {
  const stage = await serve({ limits: { ...limits, bytesPerSecond: 1e15 } })
  const sent = Array.from({ length: 30 }, () => stage.send('/baro/connect?wait=0', connecting()))
  const answered = () => sent.filter(({ isAnswered }) => isAnswered).length
  for (let round = 0; round < 200; round++) await tick()
  expect(answered()).toBeLessThanOrEqual(100 / prices.session)
  for (let step = 0; step < 200 && answered() < sent.length; step++) {
    stage.clock.advance(100)
    for (let round = 0; round < 20; round++) await tick()
  }
  expect((await Promise.all(sent.map(({ answer }) => answer))).map(({ status }) => status)).toEqual(sent.map(() => 200))
})

test('I7: WebSockets above the allowance of their address wait, and are let in as it earns their price', async () => {
  const stage = await serve({ limits: { ...limits, messagesPerSecond: 30 } })
  // 150 messages a second, twice as many at once.
  const opened: string[] = []
  const open = (path: string) =>
    NetworkClient.connect(stage.url(path).replace('http', 'ws')).then(() => opened.push(path))
  const all = Array.from({ length: 14 }, (_, index) => open(index % 2 ? '/baro/connect' : '/baro/channels/chat:1'))
  const most = 300 / prices.upgrade
  await until(() => opened.length === most)
  for (let round = 0; round < 50; round++) await tick()
  expect(opened).toHaveLength(most)
  stage.clock.advance((1_000 * prices.upgrade * (14 - most)) / 150)
  await Promise.all(all)
})

test('no answer is taken for something else than it says it is', async () => {
  const stage = await serve()
  for (const [path, asked] of [
    ['/baro/channels/chat:1', {}],
    ['/baro/channels/chat:1', publishing],
    ['/baro/channels/nobody', {}],
    ['/baro/health', {}],
    ['/baro/connect?wait=later', connecting()],
    ['/baro/nothing', {}],
    ['/baro/channels/chat:1', { method: 'OPTIONS' }],
  ] as const)
    expect((await stage.ask(path, asked)).headers).toMatchObject({ 'x-content-type-options': 'nosniff' })
  const reader = await EventReader.open(stage.url('/baro/channels/chat:1?live=sse'), {})
  expect(reader.headers).toMatchObject({ 'x-content-type-options': 'nosniff' })
})
