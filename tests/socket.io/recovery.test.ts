/** Clients that are cut off, and come back to exactly where they were. */
import { createMemoryBroker } from '@baro/server'
import type { Socket } from 'socket.io-client'
import { describe, expect, test } from 'vitest'
import { atEnd, chat, heardBy, join, type Node, room, startNode, until } from './stage.ts'

const text = (said: string | number) => ({ text: `${said}` })

/** Cuts the link of a client, which comes back by itself. Resolves once it has, with whether it was recovered. */
async function cut(socket: Socket, meanwhile: () => unknown = () => {}): Promise<boolean> {
  const gone = new Promise((resolve) => socket.once('disconnect', resolve))
  socket.io.engine.close()
  await gone
  socket.connect()
  await meanwhile()
  await new Promise<void>((resolve) => (socket.connected ? resolve() : socket.once('connect', resolve)))
  return socket.recovered
}

async function say(node: Node, ...texts: readonly (string | number)[]): Promise<void> {
  for (const one of texts) await node.hub.publish(room({ id: 1 }), 'message', text(one))
}

test('a client that was cut off gets what it missed, and it is the same socket with its rooms and data', async () => {
  const node = await startNode({
    use: (io) => {
      chat(io)
      io.on('connection', (socket) => {
        if (!socket.recovered) socket.data.since = 'the beginning'
        socket.on('data', (done: (value: unknown) => void) => done([socket.data, [...socket.rooms]]))
      })
    },
  })
  const ada = await node.connected()
  const { id } = ada
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  await say(node, 'a')
  await until(ada, () => heard.length === 1)
  expect(await cut(ada, () => say(node, 'b', 'c'))).toBe(true)
  await say(node, 'd')
  await until(ada, () => heard.length === 4)
  expect(heard).toEqual(['a', 'b', 'c', 'd'].map(text))
  expect(ada.id).toBe(id)
  expect(await ada.emitWithAck('data')).toEqual([
    { since: 'the beginning' },
    [id, 'room:1'].toSorted((a, b) => (a === id ? 1 : b === id ? -1 : 0)),
  ])
})

test('a client that was cut off before its first message gets what it missed, and nothing from before it joined', async () => {
  const node = await startNode()
  await say(node, 'before')
  const ada = await node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  expect(await cut(ada, () => say(node, 'a'))).toBe(true)
  await until(ada, () => heard.length === 1)
  expect(await cut(ada, () => say(node, 'b'))).toBe(true)
  await until(ada, () => heard.length === 2)
  expect(heard).toEqual(['a', 'b'].map(text))
})

test('what was taken back is told as an event, and a client that was away never gets it', async () => {
  const node = await startNode()
  const [ada, grace] = [await node.connected(), await node.connected()]
  for (const client of [ada, grace]) await join(client, 'room:1')
  const [heard, told, missed, gone] = [
    heardBy(ada),
    heardBy(ada, 'baro:redacted'),
    heardBy(grace),
    heardBy(grace, 'baro:tombstone'),
  ]
  await say(node, 'a')
  await until(grace, () => missed.length === 1)
  const left = new Promise((resolve) => grace.once('disconnect', resolve))
  grace.io.engine.close()
  await left
  await node.hub.publish(room({ id: 1 }), 'message', text('a secret'), { id: 'the-secret' })
  await until(ada, () => heard.length === 2)
  await node.hub.redact(room({ id: 1 }), 'the-secret', { reason: 'abuse' })
  await until(ada, () => told.length === 1)
  grace.connect()
  await say(node, 'b')
  await until(grace, () => missed.length === 2)
  expect(grace.recovered).toBe(true)
  expect(told).toEqual([{ id: 'the-secret', offset: 2, reason: 'abuse' }])
  expect(missed).toEqual(['a', 'b'].map(text))
  expect(gone).toEqual([{ reason: 'abuse' }])
})

test('messages that move nobody do not disturb it: signals, private ones and those of other rooms, with a text at their end', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const [heard, noticed] = [heardBy(ada), heardBy(ada, 'noticed')]
  for (const name of ['room:1', 'inside']) await join(ada, name)
  await say(node, 'a')
  await until(ada, () => heard.length === 1)
  await node.hub.signal(room({ id: 1 }), 'noticed', 'signal')
  await until(ada, () => noticed.length === 1)
  node.io.to('inside').emit('noticed', 'inside')
  node.io.to(`${ada.id}`).emit('noticed', 'private')
  await until(ada, () => noticed.length === 3)
  expect(await cut(ada, () => say(node, 'b'))).toBe(true)
  await until(ada, () => heard.length === 2)
  expect(heard).toEqual(['a', 'b'].map(text))
})

test('a client in several rooms stands in each of them where it was, also in one that it joined last', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  await say(node, 'one')
  await until(ada, () => heard.length === 1)
  await node.hub.publish(room({ id: 2 }), 'message', text('before it joined'))
  await join(ada, 'room:2')
  const meanwhile = async () => {
    await node.hub.publish(room({ id: 2 }), 'message', text('two'))
    await say(node, 'three')
  }
  expect(await cut(ada, meanwhile)).toBe(true)
  await until(ada, () => heard.length === 3)
  expect(new Set(heard)).toEqual(new Set(['one', 'two', 'three'].map(text)))
})

test('whoever was left out of a message is left out when it comes back, too', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  const id = `${ada.id}`
  const meanwhile = () => {
    node.io.to('room:1').except(id).emit('message', text('not for ada'))
    node.io.to('room:1').emit('message', text('for all'))
  }
  expect(await cut(ada, meanwhile)).toBe(true)
  await until(ada, () => heard.length === 1)
  expect(heard).toEqual([text('for all')])
})

/** A client of another node that comes with what `socket` would have come back with. */
function movedTo(node: Node, socket: Socket): Socket {
  const { _pid, _lastOffset } = socket as unknown as Record<string, string>
  return Object.assign(node.client(), { _pid, _lastOffset })
}

async function connected(socket: Socket): Promise<void> {
  socket.connect()
  await new Promise<void>((resolve) => socket.once('connect', resolve))
}

describe('another node that shares the broker takes over', () => {
  test.each([
    ['from one that has noticed that its client is gone', true],
    ['from one that has not noticed it yet', false],
  ])('%s', async (_, isNoticed) => {
    const broker = createMemoryBroker()
    atEnd(() => broker.close())
    const [first, second] = [await startNode({ broker }), await startNode({ broker })]
    const ada = await first.connected({ reconnection: false })
    const heard = heardBy(ada)
    await join(ada, 'room:1')
    await say(first, 'a')
    await until(ada, () => heard.length === 1)
    if (isNoticed) {
      const gone = new Promise<void>((resolve) => first.hub.on('disconnected', () => resolve()))
      ada.io.engine.close()
      await gone
    }
    const again = movedTo(second, ada)
    const heardAgain = heardBy(again)
    await say(first, 'b')
    await connected(again)
    expect(again.recovered).toBe(true)
    await say(second, 'c')
    await until(again, () => heardAgain.length === 2)
    expect(heardAgain).toEqual(['b', 'c'].map(text))
  })

  test('also from one that has stopped', async () => {
    const broker = createMemoryBroker()
    atEnd(() => broker.close())
    const [first, second] = [await startNode({ broker }), await startNode({ broker })]
    const ada = await first.connected({ reconnection: false })
    await join(ada, 'room:1')
    const again = movedTo(second, ada)
    const heard = heardBy(again)
    await first.hub.drain({ spreadMs: 0 })
    await first.stop()
    await say(second, 'a')
    await connected(again)
    expect(again.recovered).toBe(true)
    await until(again, () => heard.length === 1)
    expect(heard).toEqual(['a'].map(text))
  })

  test('and never replays what was taken back: of what the client had it gets the notice, of what it lacks the tombstone too', async () => {
    const broker = createMemoryBroker()
    atEnd(() => broker.close())
    const [first, second] = [await startNode({ broker }), await startNode({ broker })]
    const ada = await first.connected({ reconnection: false })
    const heard = heardBy(ada)
    await join(ada, 'room:1')
    const tell = (id: string) => first.hub.publish(room({ id: 1 }), 'message', text(`secret ${id}`), { id })
    await tell('had')
    await until(ada, () => heard.length === 1)
    // It comes back from here, and its trail has one step more: the server cannot know whether that one has arrived.
    const again = movedTo(second, ada)
    await tell('sent')
    await until(ada, () => heard.length === 2)
    ada.io.engine.close()
    await tell('missed')
    for (const id of ['had', 'sent', 'missed']) await second.hub.redact(room({ id: 1 }), id, { reason: 'abuse' })
    const [said, gone, told] = [heardBy(again), heardBy(again, 'baro:tombstone'), heardBy(again, 'baro:redacted')]
    await connected(again)
    expect(again.recovered).toBe(true)
    await say(first, 'after')
    await until(again, () => said.length > 0)
    expect(said).toEqual([text('after')])
    expect(gone).toEqual([{ reason: 'abuse' }, { reason: 'abuse' }])
    expect(told).toMatchObject([{ id: 'had' }, { id: 'sent' }, { id: 'missed' }])
  })

  test('but of a session that was taken already nothing is left', async () => {
    const broker = createMemoryBroker()
    atEnd(() => broker.close())
    const [first, second] = [await startNode({ broker }), await startNode({ broker })]
    const ada = await first.connected({ reconnection: false })
    const [one, other] = [movedTo(second, ada), movedTo(first, ada)]
    await connected(one)
    expect(one.recovered).toBe(true)
    one.disconnect()
    await connected(other)
    expect(other.recovered).toBe(false)
  })
})

test('auth is asked again: nothing is told to whoever may not come back, and a session is its user’s alone', async () => {
  const banned = new Set<string>()
  const node = await startNode({
    auth: ({ token }) => {
      if (token !== undefined && banned.has(token)) throw new Error('banned')
      return token === undefined ? undefined : { id: token }
    },
    use: chat,
  })
  const ada = await node.connected({ auth: { token: 'ada' } })
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  await say(node, 'a')
  await until(ada, () => heard.length === 1)
  ada.auth = { token: 'eve' }
  expect(await cut(ada, () => say(node, 'b'))).toBe(false)
  ada.auth = { token: 'ada' }
  banned.add('ada')
  const refusal = new Promise((resolve) => ada.once('connect_error', resolve))
  ada.io.engine.close()
  ada.connect()
  expect(await refusal).toMatchObject({ data: { code: 'unauthenticated' } })
  expect(heard).toEqual(['a'].map(text))
})

test('a rule that refuses now makes the client begin again, without what it missed', async () => {
  let isAllowed = true
  const node = await startNode({ access: () => isAllowed })
  const ada = await node.connected()
  const heard = heardBy(ada)
  expect(await join(ada, 'room:1')).toBeUndefined()
  isAllowed = false
  expect(await cut(ada, () => say(node, 'secret'))).toBe(false)
  expect(await join(ada, 'room:1')).toBe('refused')
  expect(heard).toEqual([])
})

test('a client that comes back after its history is gone begins again, and is told so', async () => {
  const broker = createMemoryBroker()
  atEnd(() => broker.close())
  const node = await startNode({ broker })
  const ada = await node.connected()
  await join(ada, 'room:1')
  const many = Array.from({ length: 1_200 }, (_, count) => count)
  expect(await cut(ada, () => say(node, ...many))).toBe(false)
})
