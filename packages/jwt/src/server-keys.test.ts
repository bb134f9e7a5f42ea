/** I8: server keys × ways in, beside the tokens of users. Each is refused with its documented code, and nothing is on the wire. */
import { channel } from '@baro/core'
import { createHub, createServerKey, type ServerKey } from '@baro/server'
import { createFakeClock, createSeededRandomness, type FakeClock } from '@baro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ask, headerWays, messageWays, type Place, sdkWays, type WayIn } from '../test/ways-in.ts'
import { jwt } from './jwt.ts'

const room = channel('room:{id}', { events: { message: z.string() } })

const randomness = createSeededRandomness('server keys')
const created = (name: string) => createServerKey(name, randomness)
const [good, before, foreign, other, reader, writer] = [
  created('orders'),
  created('orders'),
  created('orders'),
  created('other'),
  created('reader'),
  created('writer'),
]
const channels = ['room:1']
const keys: readonly ServerKey[] = [
  { name: 'orders', hashes: [good.hash], channels, actions: ['publish', 'read'] },
  { name: 'other', hashes: [other.hash], channels: ['room:2', 'room:1:x'], actions: ['publish', 'read'] },
  { name: 'reader', hashes: [reader.hash], channels, actions: ['read'] },
  { name: 'writer', hashes: [writer.hash], channels, actions: ['publish'] },
]

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** @param rule Whether it lets everybody in. A key is held by its scope alone. */
async function open(
  rule = true,
): Promise<Place & { readonly hub: ReturnType<typeof createHub>; readonly logged: string[] }> {
  const soon: FakeClock['soon'] = (run) => {
    const turn = setImmediate(run)
    return () => clearImmediate(turn)
  }
  const clock: FakeClock = Object.create(createFakeClock(), { soon: { value: soon }, afterwards: { value: soon } })
  const logged: string[] = []
  const note = (fields: object, text: string) => void logged.push(`${text} ${JSON.stringify(fields)}`)
  const auth = jwt({ algorithms: ['HS256'], secret: 'a secret of thirty-two bytes, or more of them', clock })
  const hub = createHub({ channels: [room], auth, keys, clock, log: { info: note, warn: note, error: note } })
  hub.on(room, { access: () => rule, events: { message: ({ publish }) => publish('message', 'hi') } })
  const { position } = await hub.publish(room({ id: '1' }), 'message', 'old secret')
  await hub.publish(room({ id: '1' }), 'message', 'new secret')
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), close)
  logged.length = 0
  return { port, channel: 'room:1', position, hub, logged }
}

const several = JSON.stringify({
  publishes: [{ channel: 'room:1', publications: [{ type: 'message', payload: 'hi' }] }],
})
const publishWays: Readonly<Record<string, WayIn>> = {
  'a POST': headerWays['a POST'] as WayIn,
  'a POST of several': (place, key) => ask(place, '/baro/publish', key, several),
}
const { 'a POST': _, ...readWays } = headerWays

const keysThatDoNotCount: readonly (readonly [string, string])[] = [
  ['a foreign key', foreign.key],
  ['a key that was taken away', before.key],
  ['a key of another name', good.key.replace('_orders_', '_reader_')],
  ['a key of nobody', created('nobody').key],
  ['half a key', good.key.slice(0, 30)],
  ['a key with something behind it', `${good.key}x`],
  ['a hash for a key', `baro_orders_${good.hash.slice('sha256:'.length)}`],
  ['only what a key begins with', 'baro_'],
  ['a token of a user with what a key begins with', `baro_${'e30.'.repeat(3)}`],
]

const byHeader = [...Object.entries(readWays), ...Object.entries(publishWays)]

async function refused(comeIn: WayIn, key: string, rule = true): Promise<string> {
  const place = await open(rule)
  const came = await comeIn(place, key)
  expect(came.wire).not.toMatch(/secret|"hi"/)
  const secret = key.slice('baro_orders_'.length)
  for (const said of [came.wire, ...place.logged]) if (secret.length > 10) expect(said).not.toContain(secret)
  expect(place.hub.counters.published).toBe(2)
  return came.code
}

describe.each(byHeader)('by %s', (name, comeIn) => {
  const [mayNot, may] = name in publishWays ? [reader, writer] : [writer, reader]

  test.each(keysThatDoNotCount)('%s is refused', async (_, key) => {
    expect(await refused(comeIn, key)).toBe('unauthenticated')
  })

  test('a key for another channel is refused', async () => {
    expect(await refused(comeIn, other.key)).toBe('refused')
  })

  test('a key for something else is refused', async () => {
    expect(await refused(comeIn, mayNot.key)).toBe('refused')
  })

  test.each([
    ['for everything', good.key],
    ['for this', may.key],
  ])('a good key %s is let in, so that the table says something', async (_, key) => {
    const place = await open()
    const came = await comeIn(place, key)
    expect(came.wire).toMatch(name in publishWays ? /"position"/ : /secret/)
    expect(place.hub.counters.published).toBe(name in publishWays ? 3 : 2)
  })
})

test.each([
  ['a GET', '/baro/channels/room:1', undefined, 'refused'],
  ['an EventSource', '/baro/channels/room:1?live=sse', undefined, 'refused'],
  ['a POST', '/baro/channels/room:1', '{"type":"message","payload":"hi"}', 'refused'],
  ['a POST of several', '/baro/publish', several, 'unauthenticated'],
])('by %s a key in the URL is nobody’s, and is not said again', async (_, path, body, code) => {
  const place = await open(false)
  const query = `token=${good.key}&key=${good.key}&access_token=${good.key}`
  const came = await ask(place, `${path}${path.includes('?') ? '&' : '?'}${query}`, undefined, body)
  for (const said of [came.wire, ...place.logged]) expect(said).not.toContain(good.key.slice('baro_orders_'.length))
  expect([came.code, place.hub.counters.published]).toEqual([code, 2])
})

describe.each([...Object.entries(sdkWays), ...Object.entries(messageWays)])('by %s', (_, comeIn) => {
  test.each<readonly [string, string]>([['a good key', good.key], ...keysThatDoNotCount])(
    '%s is no token',
    async (_, key) => {
      expect(await refused(comeIn, key, false)).toBe('unauthenticated')
    },
  )
})

test('on a plain WebSocket that a key has opened, nothing is published and nobody signs in', async () => {
  const place = await open()
  const { WebSocket } = await import('ws')
  const socket = new WebSocket(`ws://127.0.0.1:${place.port}/baro/channels/room:1?after=${place.position}`, {
    headers: { authorization: `Bearer ${good.key}` },
  })
  const said: string[] = []
  const enough = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      said.push(JSON.parse(data.toString()).payload?.code ?? 'news')
      if (said.length === 3) resolve()
    })
  })
  socket.on('open', () => {
    socket.send('{"type":"message","payload":"hi","id":"mine"}')
    socket.send('{"type":"AUTH","token":"whatever"}')
  })
  await enough
  expect(said.sort()).toEqual(['news', 'refused', 'refused'])
  expect(place.hub.counters.published).toBe(2)
  socket.close()
})
