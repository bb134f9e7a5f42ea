import { closeCodes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createStage, type FakeClient, payloadOf, room } from '../../test/fake-client.ts'

const limits = { maxOutboxBytes: 1_000, maxReplyBytes: 2_000, messagesPerSecond: 1_000 }
const text = (number: number) => `${number} ${'x'.repeat(300)}`

function setUp(history = 100) {
  const definition = Object.assign(room.bind(null), room, { history: { ...room.history, size: history } })
  const stage = createStage({ channels: [definition], limits })
  stage.hub.on(definition, { access: 'public' })
  let published = 0
  return {
    ...stage,
    /** Publishes each text in a tick of its own. */
    async publish(count: number, id = 1) {
      for (let index = 0; index < count; index++) {
        await stage.hub.publish(room({ id }), 'message', { text: text(++published) })
        await stage.settle()
      }
    },
    async follow(client: FakeClient, id = 1) {
      await client.ask('baro:subscribe', { channel: `room:${id}`, attempt: 1, version: '1' })
      return client
    },
  }
}

type Payload = { readonly follows: string; readonly position: string; readonly publications: { offset: number }[] }

/** The offsets that a client took, in order, as long as each piece follows the one before. */
function offsetsOf(messages: Awaited<ReturnType<FakeClient['heard']>>): readonly number[] {
  const pieces = messages
    .filter(({ type }) => type === 'baro:publications')
    .map(({ payload }) => payload as never as Payload)
  pieces.reduce<string | undefined>((position, piece) => {
    if (position !== undefined) expect(piece.follows).toBe(position)
    return piece.position
  }, undefined)
  return pieces.flatMap(({ publications }) => publications.map(({ offset }) => offset))
}

describe('I7: a slow reader', () => {
  test('is cut when its socket is full, and catches up from history when that has drained, in order and once', async () => {
    const { connect, follow, hub, publish } = setUp()
    const client = await follow(await connect())
    client.socket.isStuck = true
    await publish(20)
    expect(hub.counters.slow).toBe(1)
    expect(client.socket.waitingBytes).toBeLessThan(2 * limits.maxOutboxBytes)
    const before = await client.heard()
    client.unstick()
    const after = await client.heard()
    expect(offsetsOf([...before, ...after])).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    await publish(1)
    expect(offsetsOf(await client.heard())).toEqual([21])
  })

  test('that was away for longer than history reaches gets the newest state, with its attempt', async () => {
    const { connect, follow, hub, publish } = setUp(2)
    const client = await follow(await connect())
    client.socket.isStuck = true
    await publish(20)
    await client.heard()
    client.unstick()
    const reset = payloadOf(await client.heard(), 'baro:reset')
    expect(reset).toMatchObject({ attempt: 1, reason: 'trimmed' })
    expect(reset.snapshot).toHaveLength(20)
    expect(hub.counters.reset.trimmed).toBe(1)
    await publish(1)
    expect(offsetsOf(await client.heard())).toEqual([21])
  })

  test('holds up nobody else', async () => {
    const { connect, follow, publish } = setUp()
    const [slow, quick] = [await follow(await connect()), await follow(await connect())]
    slow.socket.isStuck = true
    await publish(20)
    expect(offsetsOf(await quick.heard())).toHaveLength(20)
  })

  test('never holds more than one publication beyond its bound, however long it is stuck', async () => {
    const { connect, follow, publish } = setUp()
    const client = await follow(await connect())
    client.socket.isStuck = true
    await publish(10)
    const waiting = client.socket.waitingBytes
    await publish(50)
    expect(client.socket.waitingBytes).toBe(waiting)
    expect(waiting).toBeLessThan(limits.maxOutboxBytes + 1_000)
  })

  test('of several channels catches up with each, while its socket has room', async () => {
    const { connect, follow, publish } = setUp()
    const client = await follow(await follow(await connect()), 2)
    client.socket.isStuck = true
    for (let round = 0; round < 10; round++) {
      await publish(1, 1)
      await publish(1, 2)
    }
    const messages = await client.heard()
    client.unstick()
    messages.push(...(await client.heard()))
    for (const channel of ['room:1', 'room:2'])
      expect(
        offsetsOf(messages.filter(({ payload }) => (payload as { channel?: string }).channel === channel)),
      ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('that subscribes while its socket is full is answered when it has drained', async () => {
    const { connect, follow, publish } = setUp()
    const client = await follow(await connect())
    client.socket.isStuck = true
    await publish(10)
    await client.heard()
    expect(await client.ask('baro:subscribe', { channel: 'room:2', attempt: 1, version: '1' })).toEqual([])
    client.unstick()
    expect(payloadOf(await client.heard(), 'baro:reset').channel).toBe('room:2')
  })

  test('that asks again and again while it waits is answered once', async () => {
    const { connect, follow, publish } = setUp()
    const client = await follow(await connect())
    client.socket.isStuck = true
    await publish(10)
    for (let attempt = 2; attempt < 50; attempt++)
      await client.ask('baro:subscribe', { channel: 'room:1', attempt, version: '1' })
    client.unstick()
    const resets = (await client.heard()).filter(({ type }) => type === 'baro:reset')
    expect(resets.map(({ payload }) => (payload as { attempt: number }).attempt)).toEqual([49])
  })

  test('that unsubscribes while it waits gets nothing more', async () => {
    const { connect, follow, publish } = setUp()
    const client = await follow(await connect())
    client.socket.isStuck = true
    await publish(10)
    await client.ask('baro:unsubscribe', { channel: 'room:1' })
    client.unstick()
    expect(await client.heard()).toEqual([])
  })
})

describe('I7: answers and errors', () => {
  test('are never dropped, also behind a full socket', async () => {
    const { connect, follow, publish } = setUp()
    const client = await follow(await connect())
    client.socket.isStuck = true
    await publish(10)
    await client.heard()
    expect(payloadOf(await client.ask('baro:unsubscribe', { channel: 'room:9' }), 'baro:error').code).toBe(
      'not-subscribed',
    )
  })

  test('that nobody reads close the connection as slow, and let go of all it held', async () => {
    const { connect, follow, hub, settle } = setUp()
    const client = await follow(await connect())
    client.socket.isStuck = true
    for (let count = 0; count < 50 && !client.socket.closedWith; count++)
      await client.ask('baro:unsubscribe', { channel: 'x' })
    expect(client.socket.closedWith?.code).toBe(closeCodes.slow)
    expect(client.socket.waitingBytes).toBeLessThanOrEqual(limits.maxReplyBytes)
    client.link.closed()
    await settle()
    expect(hub.counters).toMatchObject({ sessions: 0, subscriptions: 0 })
  })
})
