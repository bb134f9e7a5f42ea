/** What sessions are told about the life of the claims, and which life their publishes count on (I5). */
import { describe, expect, test } from 'vitest'
import { createRoomStage, FakeClient, payloadOf } from '../../test/fake-client.ts'
import { serve } from '../../test/http-stage.ts'
import type { TamperedBroker } from '../../test/tampered-broker.ts'
import type { AnyHandlers } from '../channel/handlers.ts'

const events: NonNullable<AnyHandlers['events']> = { message: ({ payload, publish }) => publish('message', payload) }
const connecting = { protocol: 1, client: 'secret' }
const publishing = (id: string, number: number) => ({
  id,
  channel: 'room:1',
  type: 'message',
  payload: { text: id },
  producer: 'tab',
  number,
  confirmed: 0,
})

/** From now on the broker says that its claims are in another life. */
function loseClaims(broker: TamperedBroker, epoch: string): void {
  const { claim } = broker
  broker.claim = async (channel, key, terms) => ({
    ...(await claim(channel, key, { windowMs: terms.windowMs, share: terms.share })),
    epoch,
  })
}

/** The life of the claims that each claim counted on. */
function watchClaims(broker: TamperedBroker): (string | undefined)[] {
  const seen: (string | undefined)[] = []
  const { claim } = broker
  broker.claim = (channel, key, terms) => {
    seen.push(terms.epoch)
    return claim(channel, key, terms)
  }
  return seen
}

function setUp() {
  const stage = createRoomStage({ events })
  const connect = async (more: { readonly claimsEpoch?: string } = {}) => {
    const client = new FakeClient(stage.hub, stage.clock)
    const { claimsEpoch } = payloadOf(await client.ask('baro:connect', { ...connecting, ...more }), 'baro:connected')
    return { client, claimsEpoch }
  }
  return { ...stage, connect }
}

describe('when the claims are lost', () => {
  test('I5: a client that counts on them is answered, and comes back; a client that connects later hears the new life', async () => {
    const { broker, connect, settle } = setUp()
    const [sender, other] = [await connect(), await connect()]
    loseClaims(broker, 'new')
    sender.client.send('baro:publish', publishing('a', 1))
    await settle()
    const heard = await sender.client.heard()
    expect(heard.map(({ type }) => type)).toEqual(['baro:published', 'baro:drain'])
    for (const messages of [heard, await other.client.heard()])
      expect(payloadOf(messages, 'baro:drain').reconnectInMs).toBeLessThanOrEqual(5_000)
    expect([sender.client.socket.closedWith, other.client.socket.closedWith]).toMatchObject([
      { code: 4000 },
      { code: 4000 },
    ])
    expect(await connect()).toMatchObject({ claimsEpoch: 'new' })
  })

  test('a client that counts on the new life already stays', async () => {
    const { broker, connect, settle } = setUp()
    const [old, knowing] = [await connect(), await connect({ claimsEpoch: 'new' })]
    loseClaims(broker, 'new')
    await old.client.ask('baro:publish', publishing('a', 1))
    await settle()
    expect(knowing.client.socket.closedWith).toBeUndefined()
  })

  test('a session that is not let in yet hears of it when it is', async () => {
    let letIn = () => {}
    const { hub, clock, broker, settle } = createRoomStage(
      { events },
      {
        auth: ({ token }) =>
          token === 'slow' ? new Promise((resolve) => (letIn = () => resolve(undefined))) : undefined,
      },
    )
    const [slow, quick] = [new FakeClient(hub, clock), new FakeClient(hub, clock)]
    await quick.ask('baro:connect', connecting)
    expect(await slow.ask('baro:connect', { ...connecting, token: 'slow' })).toEqual([])
    loseClaims(broker, 'new')
    await quick.ask('baro:publish', publishing('a', 1))
    letIn()
    await settle()
    const messages = await slow.heard()
    expect(messages.map(({ type }) => type)).toEqual(['baro:connected'])
    expect(payloadOf(messages, 'baro:connected').claimsEpoch).toBe('new')
    const counted = watchClaims(broker)
    await slow.ask('baro:publish', publishing('b', 1))
    expect(counted).toEqual(['new'])
  })

  test('a participant is told too', async () => {
    const { hub, broker, connect } = setUp()
    const told: string[] = []
    hub.open({}, { claimsLost: (epoch) => void told.push(epoch) })
    const { client } = await connect()
    loseClaims(broker, 'new')
    await client.ask('baro:publish', publishing('a', 1))
    expect(told).toEqual(['new'])
  })
})

describe('a publish counts', () => {
  test('on the life that "baro:connect" names', async () => {
    const { connect, hub } = setUp()
    const { client } = await connect({ claimsEpoch: 'of-yesterday' })
    expect(payloadOf(await client.ask('baro:publish', publishing('a', 1)), 'baro:error')).toMatchObject({
      code: 'out-of-turn',
      id: 'a',
    })
    expect(hub.counters.published).toBe(0)
  })

  test('otherwise on the one that "baro:connected" named', async () => {
    const { connect, broker } = setUp()
    const counted = watchClaims(broker)
    const { client, claimsEpoch } = await connect()
    await client.ask('baro:publish', publishing('a', 1))
    expect(counted).toEqual([claimsEpoch])
  })
})

describe('over POST /baro/connect', () => {
  const post = (claimsEpoch: string | undefined, ...publishes: readonly object[]) => ({
    method: 'POST',
    body: JSON.stringify({
      messages: [
        { type: 'baro:connect', payload: { ...connecting, ...(claimsEpoch === undefined ? {} : { claimsEpoch }) } },
        ...publishes.map((payload) => ({ type: 'baro:publish', payload })),
      ],
    }),
  })

  test('a publish counts on the life that "baro:connect" names', async () => {
    const { ask, hub, broker } = await serve()
    const refused = await ask('/baro/connect?wait=25', post('of-yesterday', publishing('a', 1)))
    expect(refused.body.messages.at(-1)).toMatchObject({
      type: 'baro:error',
      payload: { code: 'out-of-turn', id: 'a' },
    })
    expect(hub.counters.published).toBe(0)
    const done = await ask('/baro/connect?wait=25', post(await broker.claimsEpoch(), publishing('a', 1)))
    expect(done.body.messages.at(-1)).toMatchObject({ type: 'baro:published', payload: { id: 'a' } })
  })

  test('the next answer names the new life', async () => {
    const { ask, broker } = await serve()
    const send = async (id: string, number: number) =>
      (await ask('/baro/connect?wait=25', post(undefined, publishing(id, number)))).body.messages
    await send('a', 1)
    loseClaims(broker, 'new')
    await send('b', 2)
    const [connected] = await send('c', 3)
    expect(connected).toMatchObject({ type: 'baro:connected', payload: { claimsEpoch: 'new' } })
  })
})
