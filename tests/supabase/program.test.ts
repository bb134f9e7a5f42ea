/** A backend without a user broadcasts by its key, as with the service role of Supabase. */
import { createServerKey, type ServerKey } from '@baro/server'
import { expect, test } from 'vitest'
import { Heard, joined, type Node, room, startNode } from './stage.ts'

const { key, hash } = createServerKey('orders')
const orders: ServerKey = { name: 'orders', hashes: [hash], channels: ['room:1'], actions: ['publish'] }

/** Nobody but the program may say anything. */
const start = (): Promise<Node> =>
  startNode({
    access: ({ action }) => action === 'read',
    auth: ({ token }) => (token === undefined ? undefined : { id: token }),
    hub: { keys: [orders], origins: ['https://shop.example'] },
  })

const post = ({ url }: Node, headers: Record<string, string>, event = 'message', payload: unknown = { text: 'a' }) =>
  fetch(`${url}/realtime/v1/api/broadcast`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ messages: [{ topic: 'room:1', event, payload, private: true }] }),
  })

test('by the client with the key in the place of the service role: publications without a user, and signals', async () => {
  const node = await start()
  const topic = node.client().channel('room:1')
  const [texts, cursors] = [new Heard(topic), new Heard(topic, 'cursor')]
  await joined(topic)
  const by: unknown[] = []
  node.hub.open().follow(room({ id: 1 }), 'now', {
    delivered: ({ publications }) => by.push(...publications.map((one) => one.by)),
    reset: () => {},
    failed: () => {},
  })
  const backend = node.client({ key }).channel('room:1')
  expect(await backend.httpSend('cursor', { x: 1, y: 2 })).toEqual({ success: true })
  expect(await backend.httpSend('message', { text: 'paid' })).toEqual({ success: true })
  expect(await texts.count(1)).toEqual([{ text: 'paid' }])
  expect(await cursors.count(1)).toEqual([{ x: 1, y: 2 }])
  await expect.poll(() => by, { timeout: 60_000 }).toEqual([undefined])
  await expect(backend.httpSend('message', { text: 1 })).rejects.toThrow(/text/)
  await expect(node.client({ key }).channel('room:2').httpSend('message', { text: 'a' })).rejects.toThrow(/room:2/)
  await expect(node.client().channel('room:1').httpSend('message', { text: 'a' })).rejects.toThrow(/room:1/)
})

test.each([
  ['in either header', (): Record<string, string> => ({ apikey: key }), 202],
  ['as a bearer token', () => ({ authorization: `Bearer ${key}` }), 202],
  ['and not from a browser', () => ({ authorization: `Bearer ${key}`, origin: 'https://shop.example' }), 403],
  ['if it counts', () => ({ authorization: `Bearer ${createServerKey('orders').key}` }), 401],
])('by HTTP, %s', async (_how, headers, status) => {
  expect((await post(await start(), headers())).status).toBe(status)
})

test('a key is no token: it joins nothing, and auth never sees it', async () => {
  const node = await start()
  await expect(joined(node.client({ key }).channel('room:1'))).rejects.toThrow(/server key/)
})
