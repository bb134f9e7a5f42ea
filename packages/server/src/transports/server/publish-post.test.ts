/** A program in any language, with a server key: it publishes as the server, over plain HTTP. */
import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { type HttpStage, publishAll, serve, stepOf, until } from '../../../test/http-stage.ts'
import { EventReader } from '../../../test/stream-readers.ts'
import { createServerKey, type ServerKey } from '../../access/server-key.ts'
import type { KeySource } from '../../access/server-keys.ts'
import type { HubOptions } from '../../hub/hub.ts'
import { createMemoryBroker } from '../../memory-broker/memory-broker.ts'

const orders = createServerKey('orders')
const prices = createServerKey('prices')
const ordersKey: ServerKey = {
  name: 'orders',
  hashes: [orders.hash],
  channels: ['news:{id}', 'chat:1'],
  actions: ['publish', 'read'],
}
const pricesKey: ServerKey = { name: 'prices', hashes: [prices.hash], channels: ['news:{id}'], actions: ['publish'] }

/** Nobody but programs may do anything, and what clients publish has no handler. */
const closed = { access: () => false, events: {} }

const stageOf = (options: Partial<HubOptions> = {}) => serve({ keys: [ordersKey, pricesKey], ...options }, closed)

const by = (key: string, body?: unknown) => ({
  headers: { authorization: `Bearer ${key}` },
  ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
})

const said = (...texts: readonly string[]) => texts.map((payload) => ({ type: 'message', payload }))

async function textsOf({ ask }: HttpStage, channel: string): Promise<readonly unknown[]> {
  const { body } = await ask(`/baro/channels/${channel}`, by(orders.key))
  return body.publications.map(({ payload }) => payload)
}

const publish = async (stage: HttpStage, key: string, ...publishes: readonly object[]) => {
  const { status, text } = await stage.ask('/baro/publish', by(key, { publishes }))
  return { status, ...(JSON.parse(text) as { published?: readonly Record<string, unknown>[]; error?: unknown }) }
}

describe('one publish by POST to a channel', () => {
  test('is as the server: without a rule, without a handler, by nobody, and through the schema', async () => {
    const stage = await stageOf()
    const { status, body } = await stage.ask(
      '/baro/channels/news:1',
      by(orders.key, { type: 'message', payload: 'hi' }),
    )
    expect([status, body]).toEqual([200, { id: expect.any(String), position: expect.any(String) }])
    const read = await stage.ask('/baro/channels/news:1', by(orders.key))
    expect(read.text).toContain('"hi"')
    expect(read.text).not.toContain('"by"')
    const wrong = await stage.ask('/baro/channels/news:1', by(orders.key, { type: 'message', payload: 7 }))
    expect([wrong.status, wrong.body.error?.code]).toEqual([422, 'invalid-payload'])
  })

  test('I5: with an id happens once for its key, and for another key is another one', async () => {
    const stage = await stageOf()
    const once = { type: 'message', payload: 'once', id: 'mine' }
    const answers = []
    for (const key of [orders.key, orders.key, prices.key])
      answers.push((await stage.ask('/baro/channels/news:1', by(key, once))).body.position)
    expect(answers[0]).toBe(answers[1])
    expect(answers[2]).not.toBe(answers[0])
    expect(stage.hub.counters).toMatchObject({ published: 2, repeated: 1 })
  })
})

describe('publishes to several channels in one POST', () => {
  test('are answered each in its place, in order', async () => {
    const stage = await stageOf()
    const { status, published } = await publish(
      stage,
      orders.key,
      { channel: 'news:1', publications: said('a', 'b') },
      { channel: 'news:2', publications: said('c'), id: 'mine' },
      { channel: 'news:1', publications: said('d') },
    )
    expect(status).toBe(200)
    expect(published).toEqual([
      { channel: 'news:1', id: expect.any(String), position: expect.stringContaining('.2.') },
      { channel: 'news:2', id: 'mine', position: expect.stringContaining('.1.mine') },
      { channel: 'news:1', id: expect.any(String), position: expect.stringContaining('.3.') },
    ])
    expect([await textsOf(stage, 'news:1'), await textsOf(stage, 'news:2')]).toEqual([['a', 'b', 'd'], ['c']])
  })

  test('to one channel are appended together or not at all, and other channels are not held up', async () => {
    const stage = await stageOf()
    const { published } = await publish(
      stage,
      orders.key,
      { channel: 'news:1', publications: [...said('a'), { type: 'message', payload: 7 }, ...said('b')] },
      { channel: 'chat:2', publications: said('c') },
      { channel: 'nothing:1', publications: said('d') },
      { channel: 'news:2', publications: [{ type: 'unknown', payload: 1 }] },
      { channel: 'news:3', publications: said('e') },
    )
    expect(published?.map(({ channel, error }) => [channel, (error as { code: string } | undefined)?.code])).toEqual([
      ['news:1', 'invalid-payload'],
      ['chat:2', 'refused'],
      ['nothing:1', 'unknown-channel'],
      ['news:2', 'not-accepted'],
      ['news:3', undefined],
    ])
    expect(stage.hub.counters.published).toBe(1)
    expect(await textsOf(stage, 'news:1')).toEqual([])
  })

  test('reach readers as one step of the channel', async () => {
    const stage = await stageOf()
    const [position] = await publishAll(stage.hub, 'news:1', 'before')
    const reader = await EventReader.open(stage.url(`/baro/channels/news:1?live=sse&after=${position}`), by(orders.key))
    await publish(stage, prices.key, { channel: 'news:1', publications: said('a', 'b', 'c') })
    const payloads = [await reader.message(), await reader.message(), await reader.message()].map((one) => one.payload)
    expect(payloads).toEqual(['a', 'b', 'c'])
    reader.abort()
  })

  test('I5: repeated as a whole get the first answers, before and after a rotation', async () => {
    const next = createServerKey('orders')
    let hashes = [orders.hash]
    const stage = await stageOf({ keys: (name) => (name === 'orders' ? { ...ordersKey, hashes } : undefined) })
    const all = [
      { channel: 'news:1', publications: said('a', 'b'), id: 'one' },
      { channel: 'news:2', publications: said('c'), id: 'two' },
    ]
    const first = await publish(stage, orders.key, ...all)
    hashes = [orders.hash, next.hash]
    expect(await publish(stage, next.key, ...all)).toEqual(first)
    hashes = [next.hash]
    expect(await publish(stage, next.key, ...all)).toEqual(first)
    expect(await publish(stage, orders.key, ...all)).toMatchObject({ status: 401 })
    expect(stage.hub.counters.published).toBe(3)
  })

  test('I5: of which nobody knows whether they were kept are settled as not kept, all of a channel', async () => {
    const clock = createFakeClock()
    const stage = await stageOf({ broker: createMemoryBroker({ clock }) })
    stage.broker.broken.add('append')
    const all = { channel: 'news:1', publications: said('a', 'b'), id: 'one' }
    const first = await publish(stage, orders.key, all)
    expect(first.published).toMatchObject([{ channel: 'news:1', error: { code: 'not-kept' } }])
    stage.broker.broken.delete('append')
    expect(await textsOf(stage, 'news:1')).toEqual([])
  })

  test.each<[string, unknown, number, string]>([
    ['no list', {}, 400, 'bad-message'],
    ['an empty list', { publishes: [] }, 400, 'bad-message'],
    ['a text', 'publishes', 400, 'bad-message'],
    [
      'too many',
      { publishes: [{ channel: 'news:1', publications: said(...Array.from({ length: 1_001 }, () => 'x')) }] },
      413,
      'too-large',
    ],
    [
      'too long a body',
      { publishes: [{ channel: 'news:1', publications: said('x'.repeat(17 << 16)) }] },
      413,
      'too-large',
    ],
  ])('with %s are refused as a whole', async (_, body, status, code) => {
    const stage = await stageOf()
    const answer = await stage.ask('/baro/publish', by(orders.key, body))
    expect([answer.status, answer.body.error?.code]).toEqual([status, code])
    expect(stage.hub.counters.published).toBe(0)
  })

  test.each([
    null,
    7,
    {},
    { channel: 'news:1' },
    { channel: 7, publications: said('a') },
    { channel: 'news:1', publications: [] },
    { channel: 'news:1', publications: said('a'), id: 7 },
    { channel: 'news:1', publications: [{ payload: 'a' }] },
    { channel: 'news:1', publications: [{ type: 'message' }] },
    { channel: 'news:1', publications: [null] },
  ])('with a mistake in one, %j, carry out the others', async (wrong) => {
    const stage = await stageOf()
    const { published } = await publish(stage, orders.key, wrong as never, {
      channel: 'news:1',
      publications: said('a'),
    })
    expect(published).toMatchObject([{ error: { code: 'bad-message' } }, { channel: 'news:1' }])
    expect(stage.hub.counters.published).toBe(1)
  })

  test('are for programs: a user, a guest and another method are turned away', async () => {
    const stage = await stageOf()
    const publishes = [{ channel: 'news:1', publications: said('a') }]
    const asUser = await stage.ask('/baro/publish', by('ada', { publishes }))
    const asGuest = await stage.ask('/baro/publish', { method: 'POST', body: JSON.stringify({ publishes }) })
    expect([asUser, asGuest].map(({ status, body }) => [status, body.error?.code])).toEqual([
      [401, 'unauthenticated'],
      [401, 'unauthenticated'],
    ])
    const got = await stage.ask('/baro/publish', by(orders.key))
    expect([got.status, got.headers.allow]).toEqual([405, 'POST, OPTIONS'])
  })
})

describe('a server key', () => {
  test('reads what it may read, on a public channel too, and nothing of the rest is on the wire', async () => {
    const stage = await serve({ keys: [ordersKey, pricesKey] })
    await publishAll(stage.hub, 'chat:2', 'secret')
    await publishAll(stage.hub, 'chat:1', 'shown')
    const answers = [
      await stage.ask('/baro/channels/chat:1', by(orders.key)),
      await stage.ask('/baro/channels/chat:2', by(orders.key)),
      await stage.ask('/baro/channels/news:1', by(prices.key)),
      await stage.ask('/baro/channels/chat:2?live=sse', by(orders.key)),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403])
    expect(answers.map(({ text }) => text).join()).not.toContain('secret')
    expect(answers[1]?.body.error?.message).toBe('The server key "orders" is not for "chat:2". Add it to its channels.')
    expect(answers[2]?.body.error?.message).toBe('The server key "prices" may not read. Add it to its actions.')
  })

  test('never reaches auth, wherever it stands, and counts only in the header', async () => {
    const asked: unknown[] = []
    const stage = await serve(
      {
        keys: [ordersKey],
        auth: ({ token }) => {
          asked.push(token)
          return undefined
        },
      },
      { access: ({ user }) => user !== undefined },
    )
    const connect = (payload: object) => ({
      ...by(orders.key),
      method: 'POST',
      body: JSON.stringify({
        messages: [{ type: 'baro:connect', payload: { protocol: 1, client: 'mine', ...payload } }],
      }),
    })
    const bySession = await stage.ask('/baro/connect?wait=0', { ...connect({ token: orders.key }), headers: {} })
    const byHeader = await stage.ask('/baro/connect?wait=0', connect({}))
    expect([bySession, byHeader].map(({ text }) => /"code":"([a-z-]+)"/.exec(text)?.[1])).toEqual([
      'unauthenticated',
      'unauthenticated',
    ])
    const inUrl = await stage.ask(`/baro/channels/news:1?token=${orders.key}&key=${orders.key}`)
    expect(inUrl.status).toBe(403)
    expect(inUrl.text).not.toContain(orders.key.slice(-20))
    expect(asked.filter((token) => token !== undefined)).toEqual([])
  })

  test('that a browser sends is refused, from an allowed origin too', async () => {
    const stage = await stageOf({ origins: ['https://shop.example'] })
    const { headers } = by(orders.key)
    const { status, body } = await stage.ask('/baro/channels/news:1', {
      headers: { ...headers, origin: 'https://shop.example' },
    })
    expect([status, body.error?.code]).toEqual([403, 'origin-refused'])
    expect(body.error?.message).toContain('A browser sent a server key')
  })

  test.each<[string, KeySource, number]>([
    ['is not found', () => undefined, 401],
    ['is found under another name', () => pricesKey, 401],
    ['is found with a fault', () => ({ ...ordersKey, hashes: ['x'] }), 503],
    [
      'cannot be looked for',
      () => {
        throw new Error('the table is away')
      },
      503,
    ],
    ['cannot be looked for now', () => Promise.reject(new Error('the table is away')), 503],
  ])('that %s lets nobody in, and says nothing of why', async (_, keys, status) => {
    const stage = await stageOf({ keys })
    const answer = await stage.ask('/baro/channels/news:1', by(orders.key, { type: 'message', payload: 'hi' }))
    expect(answer.status).toBe(status)
    expect(answer.text).not.toMatch(/table|hash/)
    expect(stage.log.errors.join()).not.toContain(orders.key.slice(-20))
  })

  test('that is looked for without an end is unavailable after 10 seconds', async () => {
    const stage = await stageOf({ keys: () => new Promise(() => {}) })
    const asked = stage.send('/baro/channels/news:1', by(orders.key))
    await until(() => stage.waits.includes(stepOf(10_000)))
    stage.clock.advance(10_000)
    expect((await asked.answer).status).toBe(503)
  })

  test('has a share of its own: what comes with it takes nothing from others of the address', async () => {
    const limits = { messagesPerSecond: 10, timesPerKey: 1, timesPerAddress: 1 }
    const stage = await serve({ keys: [ordersKey, pricesKey], limits })
    const message = { type: 'message', payload: 'hi' }
    const statuses: number[] = []
    const sent = Array.from({ length: 10 }, () => stage.send('/baro/channels/news:1', by(orders.key, message)))
    await until(
      () =>
        sent.filter((one) => one.isAnswered).length + stage.waits.filter((ms) => ms >= 1_000 && ms <= 2_000).length >=
        10,
    )
    stage.clock.advance(2_000)
    for (const one of sent) statuses.push((await one.answer).status)
    // Of 20 messages at once, a POST costs 6, and the last one may spend what is not there.
    expect(statuses.filter((status) => status === 200)).toHaveLength(4)
    expect((await stage.ask('/baro/channels/news:1', by(prices.key, message))).status).toBe(200)
    expect((await stage.ask('/baro/channels/chat:1', { method: 'POST', body: JSON.stringify(message) })).status).toBe(
      200,
    )
  })

  test('I8: that does not count any more ends its event stream within a minute', async () => {
    let keys: readonly ServerKey[] = [ordersKey]
    const stage = await stageOf({ keys: (name) => keys.find((key) => key.name === name) })
    const [position] = await publishAll(stage.hub, 'news:1', 'before')
    const reader = await EventReader.open(stage.url(`/baro/channels/news:1?live=sse&after=${position}`), by(orders.key))
    stage.clock.advance(60_000)
    await publishAll(stage.hub, 'news:1', 'still')
    expect((await reader.message()).payload).toBe('still')
    keys = []
    stage.clock.advance(60_000)
    expect(await reader.message()).toMatchObject({ type: 'baro:error', payload: { code: 'unauthenticated' } })
    await reader.ended
  })
})
