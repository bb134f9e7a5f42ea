/** I8: what a token allows ends with the token, exactly by the clock, on every link and request. */
import { closeCodes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createRoomStage, FakeClient, payloadOf, room, subscribe } from '../../test/fake-client.ts'
import { serve } from '../../test/http-stage.ts'
import { EventReader, TextSocket } from '../../test/stream-readers.ts'
import type { AnyHandlers, Auth } from '../channel/handlers.ts'

const start = Date.UTC(2026, 0, 1)

/** A token is the id of its user, and for how many milliseconds it is good. */
const auth: Auth = ({ token = '' }) => {
  const [id = '', lastsMs] = token.split(' ')
  return { id, ...(lastsMs && { expiresAtMs: start + Number(lastsMs) }) }
}

const members = { access: ({ user }: { readonly user: unknown }) => user !== undefined }

describe('a session', () => {
  test('ends at its time and not before: its error says so, and it comes back with a new token', async () => {
    const { connect, clock, publish, hub } = createRoomStage(members, { auth })
    const client = await connect('ada 5000')
    await subscribe(client, 1)
    await clock.pass(4_999)
    await publish('a')
    expect(payloadOf(await client.heard(), 'baro:publications')).toMatchObject({ channel: 'room:1' })
    await clock.pass(1)
    expect(payloadOf(await client.heard(), 'baro:error')).toMatchObject({ code: 'expired' })
    expect(client.socket.closedWith?.code).toBe(closeCodes.expired)
    await publish('secret')
    expect(await client.heard()).toEqual([])
    expect(hub.counters).toMatchObject({ sessions: 0, subscriptions: 0 })
  })

  test('whose token says no time never ends, and leaves no timer behind', async () => {
    const { connect, clock } = createRoomStage(members, { auth })
    const waiting = clock.pending
    const clients = [await connect('ada'), await connect('bob 5000')]
    expect(clock.pending).toBe(waiting + 1)
    for (const { link } of clients) link.closed()
    expect(clock.pending).toBe(waiting)
  })

  test('is held to the clock of the wall: set back, it lasts longer; set on, it is over for the next rule', async () => {
    const { connect, clock, hub } = createRoomStage({ ...members, signals: { typing: () => {} } }, { auth })
    const client = await connect('ada 5000')
    clock.jump(-1_000)
    await clock.pass(5_500)
    expect(client.socket.closedWith).toBeUndefined()
    clock.jump(500)
    const asked = { channel: 'room:1', type: 'typing', payload: { on: true } }
    expect(payloadOf(await client.ask('baro:signal', asked), 'baro:error')).toMatchObject({ code: 'expired' })
    await clock.pass(500)
    expect(client.socket.closedWith?.code).toBe(closeCodes.expired)
    expect(hub.counters.sessions).toBe(0)
  })

  test('I5: does not refuse a publish that comes with its last breath: the next session of the user takes it, once', async () => {
    const publishing: Partial<AnyHandlers> = {
      events: { message: ({ payload, publish }) => publish('message', payload) },
    }
    const { connect, clock, hub } = createRoomStage({ ...members, ...publishing }, { auth })
    const client = await connect('ada 5000')
    // The machine slept: the time is over, and the timer of the session has not rung yet.
    clock.jump(5_000)
    const turn = (number: number) => ({
      ...{ channel: 'room:1', type: 'message', payload: { text: `${number}` }, id: `id-${number}` },
      ...{ producer: 'tab', number, confirmed: 0 },
    })
    // Both are sent before anybody is told: the first ends the session, and neither is answered.
    client.send('baro:publish', turn(1))
    client.send('baro:publish', turn(2))
    const heard = await client.heard()
    expect(heard.map(({ type }) => type)).toEqual(['baro:error'])
    expect(payloadOf(heard, 'baro:error')).toMatchObject({ code: 'expired' })
    expect(payloadOf(heard, 'baro:error')).not.toHaveProperty('id')
    expect(client.socket.closedWith?.code).toBe(closeCodes.expired)

    const again = await connect('ada')
    for (const number of [1, 1, 2])
      expect(payloadOf(await again.ask('baro:publish', turn(number)), 'baro:published')).toMatchObject({
        id: `id-${number}`,
      })
    const { value } = await hub.snapshot(room({ id: 1 }))
    expect(value).toHaveLength(2)
  })

  test.each([0, -1, Number.NaN, Number.NEGATIVE_INFINITY])(
    'is not opened by a token that ended %s ms after now',
    async (lastsMs) => {
      const { hub, clock } = createRoomStage(members, { auth })
      const client = new FakeClient(hub, clock)
      const heard = await client.ask('baro:connect', { protocol: 1, client: 'a-secret', token: `ada ${lastsMs}` })
      expect(payloadOf(heard, 'baro:error')).toMatchObject({ code: 'expired' })
      expect(client.socket.closedWith?.code).toBe(closeCodes.expired)
    },
  )

  test('a rule that answers after the end lets nobody in', async () => {
    let answer: ((isAllowed: boolean) => void) | undefined
    const access = () => new Promise<boolean>((resolve) => (answer = resolve))
    const { connect, clock, publish } = createRoomStage({ access }, { auth })
    await publish('secret')
    const client = await connect('ada 5000')
    await subscribe(client, 1)
    await clock.pass(5_000)
    answer?.(true)
    expect(JSON.stringify(await client.heard())).not.toContain('secret')
  })
})

test('a participant ends with its time, and what it follows is told', async () => {
  const { hub, clock } = createRoomStage(members)
  const participant = hub.open({ user: { id: 'ada', expiresAtMs: start + 5_000 } })
  const told: string[] = []
  participant.follow(room({ id: 1 }), 'now', {
    delivered: () => {},
    reset: () => {},
    failed: ({ code }) => told.push(code),
  })
  await clock.pass(5_000)
  expect(told).toEqual(['expired'])
  await expect(participant.signal(room({ id: 1 }), 'typing', { on: true })).rejects.toMatchObject({ code: 'closed' })
  expect(() => hub.open({ user: { id: 'ada', expiresAtMs: start + 5_000 } })).toThrow(
    expect.objectContaining({ code: 'expired' }),
  )
})

describe('on one channel, one URL', () => {
  const headers = { authorization: 'Bearer ada 5000' }
  const path = '/baro/channels/chat:1'

  async function opened() {
    const stage = await serve({ auth }, members)
    const { position } = await stage.hub.publish({ channel: 'chat:1' }, 'message' as never, 'old' as never)
    return { ...stage, position }
  }

  test('a held request ends at the time, and its answer says nothing of the channel', async () => {
    const { send, clock, waits, position } = await opened()
    const pending = send(`${path}?after=${position}&wait=25`, { headers })
    while (!waits.includes(25_000)) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(4_999)
    expect(pending.isAnswered).toBe(false)
    clock.advance(1)
    const { status, body, headers: answered } = await pending.answer
    expect([status, body.error?.code, answered['baro-position']]).toEqual([401, 'expired', undefined])
  })

  test('a plain WebSocket closes, and an event stream ends, after an error that says why', async () => {
    const { url, clock, hub } = await opened()
    const socket = new TextSocket(url(path), { headers })
    const stream = await EventReader.open(url(`${path}?live=sse`), { headers })
    await socket.next()
    await stream.next()
    clock.advance(5_000)
    expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code: 'expired' } })
    expect((await socket.closed).code).toBe(closeCodes.expired)
    expect(await stream.message()).toMatchObject({ type: 'baro:error', payload: { code: 'expired' } })
    await stream.ended
    expect(hub.counters.sessions).toBe(0)
  })

  test('a token that has expired is refused as that, and not as a wrong one', async () => {
    const { ask, clock } = await opened()
    clock.advance(5_000)
    expect((await ask(path, { headers })).body.error?.code).toBe('expired')
  })
})
