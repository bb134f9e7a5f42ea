import { createClient } from '@baro/client'
import { createWebSocketTransport } from '@baro/client/transports'
import { channel } from '@baro/core'
import { createHub } from '@baro/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import * as z from 'zod'

const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string() }) },
  requests: { me: { input: z.object({}), output: z.string() } },
  state: {
    initial: (): readonly string[] => [],
    on: { message: (list, { by = 'a guest', payload }) => [...list, `${by}: ${payload.text}`] },
  },
})

const hub = createHub({ channels: [room], auth: ({ token }) => (token === undefined ? undefined : { id: token }) })
hub.on(room, {
  access: ({ user, params }) => params.id === 'hall' || user !== undefined,
  events: { message: ({ payload, publish }) => publish('message', payload) },
  requests: { me: ({ user }) => user?.id ?? 'a guest' },
})

let url: string

beforeAll(async () => {
  const { port } = await hub.listen(0)
  url = `http://localhost:${port}/baro`
})

afterAll(() => hub.close())

test('who logs in or out connects anew, and goes on from the same position as somebody else', async () => {
  let token: string | undefined
  const client = createClient({ url, token: () => token, transport: createWebSocketTransport({ WebSocket }) })
  const hall = client.subscribe(room, room({ id: 'hall' }))
  const members = client.subscribe(room, room({ id: 'members' }))
  await expect.poll(() => members.current.status.state).toBe('refused')
  await hall.publish('message', { text: 'one' })

  token = 'ada'
  client.reconnect()
  await expect.poll(() => members.current.status.state).toBe('live')
  expect(await hall.request('me', {})).toBe('ada')
  await hall.publish('message', { text: 'two' })
  await members.publish('message', { text: 'three' })
  expect(hall.current.state).toEqual(['a guest: one', 'ada: two'])
  expect(hall.current.handOver?.outcome).toBe('recovered')

  token = undefined
  client.reconnect()
  await expect.poll(() => members.current.status.state).toBe('refused')
  expect(await hall.request('me', {})).toBe('a guest')
  // What was shown stays until the page takes it away.
  expect(members.current.state).toEqual(['ada: three'])
  await expect(members.publish('message', { text: 'four' })).rejects.toMatchObject({ code: 'refused' })
  client.close()
})
