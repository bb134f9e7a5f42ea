/** I8: a session that lives goes on with a new token, under the rules that its user has now. */
import { closeCodes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createRoomStage, payloadOf, subscribe } from '../../test/fake-client.ts'
import type { AccessContext, Auth } from '../channel/handlers.ts'

const start = Date.UTC(2026, 0, 1)

/** A token is the id of its user, until when it is good, and a role. */
const auth: Auth = ({ token }) => {
  if (token === undefined) return undefined
  const [id = '', lastsMs, role] = token.split(' ')
  if (id === 'wrong') throw new Error('a token that is wrong')
  return { id, expiresAtMs: start + Number(lastsMs), claims: { role } }
}

const members = { access: ({ claims }: AccessContext) => claims.role === 'member' }

async function open() {
  const stage = createRoomStage(members, { auth })
  const client = await stage.connect('ada 5000 member')
  await subscribe(client, 1)
  return { ...stage, client }
}

describe('a new token', () => {
  test('of the same user lets the session live until that expires, and its subscriptions go on', async () => {
    const { client, clock, publish, hub } = await open()
    expect(payloadOf(await client.ask('baro:refresh', { token: 'ada 9000 member' }), 'baro:refreshed')).toEqual({
      expiresInMs: 9_000,
    })
    await clock.pass(8_999)
    await publish('a')
    expect(payloadOf(await client.heard(), 'baro:publications')).toMatchObject({ channel: 'room:1' })
    await clock.pass(1)
    expect(client.socket.closedWith?.code).toBe(closeCodes.expired)
    expect(hub.counters).toMatchObject({ sessions: 0, subscriptions: 0 })
  })

  test('that says less ends the subscriptions that it does not allow, and nothing more', async () => {
    const { client, publish, hub } = await open()
    const answers = await client.ask('baro:refresh', { token: 'ada 9000 guest' })
    expect(payloadOf(answers, 'baro:error')).toMatchObject({ code: 'refused', channel: 'room:1', attempt: 1 })
    await publish('secret')
    expect(await client.heard()).toEqual([])
    expect(hub.counters).toMatchObject({ sessions: 1, subscriptions: 0 })
  })

  test('of another user ends the session: it comes back as that user', async () => {
    const { client, publish } = await open()
    expect(payloadOf(await client.ask('baro:refresh', { token: 'grace 9000 member' }), 'baro:drain')).toEqual({
      reconnectInMs: 0,
    })
    expect(client.socket.closedWith?.code).toBe(closeCodes.drain)
    await publish('secret')
    expect(await client.heard()).toEqual([])
  })

  test('makes no user of a guest on the way: it comes back as one', async () => {
    const { connect } = createRoomStage({}, { auth })
    const guest = await connect()
    expect(await guest.ask('baro:refresh', { token: 'ada 9000 member' })).toMatchObject([{ type: 'baro:drain' }])
  })

  test.each([
    ['is wrong', 'wrong', 'unauthenticated'],
    ['has expired', 'ada -1 member', 'expired'],
  ])('that %s is refused, and the one before counts until it expires', async (_, token, code) => {
    const { client, clock, publish } = await open()
    expect(payloadOf(await client.ask('baro:refresh', { token }), 'baro:error')).toEqual({
      code,
      message: expect.any(String),
    })
    await clock.pass(4_999)
    await publish('a')
    expect(payloadOf(await client.heard(), 'baro:publications')).toMatchObject({ channel: 'room:1' })
    await clock.pass(1)
    expect(client.socket.closedWith?.code).toBe(closeCodes.expired)
  })

  test('is checked one at a time, for ten seconds at most', async () => {
    const never: Auth = (credentials) => (credentials.token === 'slow' ? new Promise(() => {}) : auth(credentials))
    const { connect, clock } = createRoomStage(members, { auth: never })
    const client = await connect('ada 60000 member')
    client.send('baro:refresh', { token: 'slow' })
    expect(payloadOf(await client.ask('baro:refresh', { token: 'slow' }), 'baro:error')).toMatchObject({
      code: 'in-progress',
    })
    await clock.pass(10_000)
    expect(payloadOf(await client.heard(), 'baro:error')).toMatchObject({ code: 'unavailable' })
    const answer = await client.ask('baro:refresh', { token: 'ada 60000 member' })
    expect(payloadOf(answer, 'baro:refreshed')).toEqual({ expiresInMs: 50_000 })
  })
})
