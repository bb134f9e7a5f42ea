import { expect, test } from 'vitest'
import { createRoomStage, type FakeClient } from '../../test/fake-client.ts'

/** A client that was let in, and how its session ended. */
async function ended(end: (client: FakeClient, stage: ReturnType<typeof createRoomStage>) => unknown) {
  const stage = createRoomStage()
  const told: object[] = []
  stage.hub.on('connected', (session) => told.push(session))
  stage.hub.on('disconnected', ({ user, code, reason }) => told.push({ user, code, reason }))
  const client = await stage.connect('ada')
  expect(told).toEqual([{ session: expect.any(String), user: { id: 'ada' } }])
  await end(client, stage)
  await stage.settle()
  client.link.closed()
  return told.slice(1)
}

const user = { id: 'ada' }

test('who watches the end of sessions is told by which code and with which words, once', async () => {
  expect(await ended((client) => client.link.closed())).toEqual([{ user, code: 1006, reason: '' }])
  expect(await ended((client) => client.link.closed(1001, 'bye'))).toEqual([{ user, code: 1001, reason: 'bye' }])
  expect(await ended((_, { clock }) => clock.pass(90_000))).toEqual([
    { user, code: 4002, reason: 'nothing heard for 75000 ms' },
  ])
  expect(await ended((_, { hub }) => void hub.drain())).toEqual([
    { user, code: 4000, reason: 'this connection ends; come back' },
  ])
  expect(await ended((_, { hub }) => hub.disconnect({ user: 'ada' }))).toEqual([
    { user, code: 4006, reason: expect.stringMatching(/./) },
  ])
})
