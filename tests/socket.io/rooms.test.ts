/** Rooms and channels, with real clients. */
import { liveValue } from '@baro/core'
import { participantOf } from '@baro/socket.io'
import { expect, test } from 'vitest'
import { chat, heardBy, inChat, inTenant, join, room, startNode, until } from './stage.ts'

const text = (said: string) => ({ text: said })

test('a room that a definition matches is that channel: what is emitted there is published, and what is published is emitted', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  node.io.to('room:1').emit('message', text('from the server'))
  await node.hub.publish(room({ id: 1 }), 'message', text('from the hub'))
  await until(ada, () => heard.length === 2)
  expect(heard).toEqual([text('from the server'), text('from the hub')])
})

test('a room may be spelled in its own characters, or as a channel', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:가나')
  await join(ada, room({ id: '가나' }).channel)
  node.io.to('room:가나').emit('message', text('one'))
  node.io.to(room({ id: '가나' }).channel).emit('message', text('two'))
  await until(ada, () => heard.length === 2)
  expect(heard).toEqual([text('one'), text('two')])
})

test('whoever joins gets what is emitted after that in the same turn, and nothing from before', async () => {
  const node = await startNode({
    use: (io) =>
      io.on('connection', (socket) => {
        io.to('room:1').emit('message', text('before'))
        socket.join('room:1')
        io.to('room:1').emit('message', text('after'))
      }),
  })
  const ada = node.client()
  const heard = heardBy(ada)
  ada.connect()
  await until(ada, () => heard.length === 1)
  expect(heard).toEqual([text('after')])
})

test('the sender is left out at the edge, and its publication is in the channel for everybody else', async () => {
  const node = await startNode({
    use: (io) => {
      chat(io)
      io.on('connection', (socket) =>
        socket.on('others', (payload: unknown) => void socket.to('room:1').emit('message', payload)),
      )
    },
  })
  const [ada, bob] = [await node.connected(), await node.connected()]
  const [byAda, byBob] = [heardBy(ada), heardBy(bob)]
  for (const one of [ada, bob]) await join(one, 'room:1')
  ada.emit('others', text('hi'))
  ada.emit('message', 'room:1', text('all'))
  await Promise.all([until(ada, () => byAda.length === 1), until(bob, () => byBob.length === 2)])
  expect(byAda).toEqual([text('all')])
  expect(byBob).toEqual([text('hi'), text('all')])
})

test('a broadcast leaves out the rooms of `except`, channels or not', async () => {
  const node = await startNode()
  const clients = [await node.connected(), await node.connected(), await node.connected()] as const
  const heard = clients.map((one) => heardBy(one))
  for (const one of clients) await join(one, 'room:1')
  await join(clients[1], 'quiet')
  await join(clients[2], 'room:2')
  node.io.to('room:1').except(['quiet', 'room:2']).emit('message', text('one'))
  node.io.to('room:1').emit('message', text('two'))
  await Promise.all(clients.map((one, index) => until(one, () => JSON.stringify(heard[index]).includes('two'))))
  expect(heard).toEqual([[text('one'), text('two')], [text('two')], [text('two')]])
})

test('a socket in several rooms of one broadcast gets it once', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard = heardBy(ada)
  for (const name of ['room:1', 'room:2', 'inside']) await join(ada, name)
  node.io.to(['room:1', 'room:2', 'inside']).emit('message', text('once'))
  node.io.to('room:1').emit('message', text('first'))
  node.io.to('room:2').emit('message', text('second'))
  await until(ada, () => heard.length === 3)
  expect(heard).toEqual([text('once'), text('first'), text('second')])
})

test('rooms that no definition matches, and messages to one socket, stay inside Socket.IO', async () => {
  const node = await startNode()
  const [ada, bob] = [await node.connected(), await node.connected()]
  const [byAda, byBob] = [heardBy(ada), heardBy(bob)]
  await join(ada, 'lobby')
  node.io.to('lobby').emit('message', 'lobby')
  node.io.to(`${bob.id}`).emit('message', 'private')
  node.io.emit('message', 'all')
  await Promise.all([until(ada, () => byAda.length === 2), until(bob, () => byBob.length === 2)])
  expect(byAda).toEqual(['lobby', 'all'])
  expect(byBob).toEqual(['private', 'all'])
  expect(node.hub.counters.published).toBe(0)
})

test('the channel of everybody is where `io.emit` publishes', async () => {
  const node = await startNode({ mount: { everybody: room({ id: 'all' }) } })
  const ada = await node.connected()
  const heard = heardBy(ada)
  await node.hub.publish(room({ id: 'all' }), 'message', text('from the hub'))
  node.io.emit('message', text('from the server'))
  await until(ada, () => heard.length === 2)
  expect(heard).toEqual([text('from the hub'), text('from the server')])
})

test('an event has no argument, one, or several, and so has its publication', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard: unknown[][] = []
  ada.onAny((...args) => heard.push(args.slice(0, -1)))
  await join(ada, 'room:1')
  node.io.to('room:1').emit('nothing')
  node.io.to('room:1').emit('said', 'one')
  node.io.to('room:1').emit('pair', 'two', 2)
  await node.hub.publish(room({ id: 1 }), 'pair', ['from the hub', 1])
  await until(ada, () => heard.length === 4)
  expect(heard).toEqual([['nothing'], ['said', 'one'], ['pair', 'two', 2], ['pair', ['from the hub', 1]]])
})

test('bytes arrive as bytes, from the server and from the hub', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard = heardBy(ada, 'picture')
  await join(ada, 'room:1')
  node.io.to('room:1').emit('picture', Buffer.from([1, 2, 3]))
  await node.hub.publish(room({ id: 1 }), 'picture', liveValue(new Uint8Array([4, 5])))
  await until(ada, () => heard.length === 2)
  expect(heard.map((bytes) => [...(bytes as Uint8Array)])).toEqual([
    [1, 2, 3],
    [4, 5],
  ])
})

test('a volatile event is a signal, and leaves its sender out', async () => {
  const node = await startNode({
    use: (io) => {
      chat(io)
      io.on('connection', (socket) =>
        socket.on('type', (who: string) => void socket.volatile.to('room:1').emit('typing', { who })),
      )
    },
  })
  const [ada, bob] = [await node.connected(), await node.connected()]
  const [byAda, byBob] = [heardBy(ada, 'typing'), heardBy(bob, 'typing')]
  for (const one of [ada, bob]) await join(one, 'room:1')
  ada.emit('type', 'ada')
  await until(bob, () => byBob.length === 1)
  bob.emit('type', 'bob')
  await until(ada, () => byAda.length === 1)
  expect([byAda, byBob]).toEqual([[{ who: 'bob' }], [{ who: 'ada' }]])
  expect(node.hub.counters.published).toBe(0)
})

test('what the schema of the channel refuses is not published, and the server logs why', async () => {
  const log: string[] = []
  const note = (_: object, line: string) => void log.push(line)
  const node = await startNode({ hub: { log: { info() {}, warn: note, error: note } } })
  const ada = await node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  node.io.to('room:1').emit('message', { text: 7 })
  node.io.to('room:1').emit('unknown', 1)
  node.io.to('room:1').emit('message', text('good'))
  await until(ada, () => heard.length === 1)
  expect(heard).toEqual([text('good')])
  expect(log).toEqual([
    expect.stringContaining('message was not published in "room:1"'),
    expect.stringContaining('has no event "unknown"'),
  ])
})

test('rooms of a namespace are channels below its path, and those of another are others', async () => {
  const node = await startNode({ use: (io) => [io, io.of('/chat')].forEach((one) => void chat(one as typeof io)) })
  const [main, inside] = [await node.connected(), await node.connected({ namespace: '/chat' })]
  const [byMain, byInside] = [heardBy(main), heardBy(inside)]
  for (const one of [main, inside]) await join(one, 'room:1')
  await node.hub.publish(inChat({ id: 1 }), 'message', text('chat'))
  await node.hub.publish(room({ id: 1 }), 'message', text('main'))
  node.io.of('/chat').to('room:1').emit('message', text('chat again'))
  await Promise.all([until(main, () => byMain.length === 1), until(inside, () => byInside.length === 2)])
  expect(byMain).toEqual([text('main')])
  expect(byInside).toEqual([text('chat'), text('chat again')])
})

test('a dynamic namespace has channels too', async () => {
  const node = await startNode({ use: (io) => chat(io.of(/^\/tenant-\d+$/) as unknown as typeof io) })
  const ada = await node.connected({ namespace: '/tenant-1' })
  const heard = heardBy(ada)
  ada.emit('join', 'room:1')
  await until(ada, () => true)
  await join(ada, 'room:1')
  await node.hub.publish(inTenant({ id: 1 }), 'message', text('hi'))
  await until(ada, () => heard.length === 1)
  expect(heard).toEqual([text('hi')])
  await expect(node.connected({ namespace: '/other' })).rejects.toThrow('Invalid namespace')
})

test('whoever leaves gets nothing more', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard = heardBy(ada)
  for (const name of ['room:1', 'room:2']) await join(ada, name)
  await ada.emitWithAck('leave', 'room:1')
  node.io.to('room:1').emit('message', text('gone'))
  node.io.to('room:2').emit('message', text('there'))
  await until(ada, () => heard.length === 1)
  expect(heard).toEqual([text('there')])
})

test('acknowledgements go both ways, with their time limit; one of a broadcast asks the clients of Socket.IO', async () => {
  const node = await startNode()
  const [ada, bob] = [await node.connected(), await node.connected()]
  for (const one of [ada, bob]) await join(one, 'room:1')
  ada.on('question', (answer: (value: string) => void) => answer('ada'))
  bob.on('question', (answer: (value: string) => void) => answer('bob'))
  expect((await node.io.to('room:1').timeout(5_000).emitWithAck('question')).toSorted()).toEqual(['ada', 'bob'])
  bob.off('question')
  await expect(node.io.to('room:1').timeout(50).emitWithAck('question')).rejects.toMatchObject({ responses: ['ada'] })
  await expect(ada.timeout(50).emitWithAck('nobody answers')).rejects.toThrow('timed out')
})

test('sockets are found, moved into rooms and out of them, and disconnected', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const heard = heardBy(ada)
  expect((await node.io.fetchSockets()).map(({ id }) => id)).toEqual([ada.id])
  node.io.socketsJoin('room:1')
  node.io.to('room:1').emit('message', text('in'))
  await until(ada, () => heard.length === 1)
  expect((await node.io.in('room:1').fetchSockets()).length).toBe(1)
  node.io.in('room:1').socketsLeave('room:1')
  const gone = new Promise((resolve) => ada.once('disconnect', resolve))
  node.io.disconnectSockets()
  expect(await gone).toBe('io server disconnect')
  expect(heard).toEqual([text('in')])
})

test('the participant of a socket acts by the rules and handlers of the channel, and its publications say by whom', async () => {
  const node = await startNode({
    auth: ({ token }) => (token === undefined ? undefined : { id: token }),
    access: ({ action, user }) => action !== 'publish' || user !== undefined,
    use: (io) => {
      chat(io)
      io.on('connection', (socket) =>
        socket.on('publish', async (payload: { text: string }, done: (answer: unknown) => void) => {
          const publishing = participantOf(socket).publish(room({ id: 1 }), 'message', payload)
          done(await publishing.then(({ id }) => ({ id })).catch(({ code }) => ({ code })))
        }),
      )
    },
  })
  const [ada, guest] = [await node.connected({ auth: { token: 'ada' } }), await node.connected()]
  const heard = heardBy(guest)
  const { position } = (await (await fetch(`${node.url}/baro/channels/room:1`)).json()) as { position: string }
  await join(guest, 'room:1')
  expect(await guest.emitWithAck('publish', text('no'))).toEqual({ code: 'refused' })
  expect(await ada.emitWithAck('publish', text('yes'))).toEqual({ id: expect.any(String) })
  await until(guest, () => heard.length === 1)
  const answer = await fetch(`${node.url}/baro/channels/room:1?after=${position}`)
  expect(await answer.json()).toMatchObject({ publications: [{ payload: text('yes'), by: 'ada' }] })
})

test('the page finds the client at its usual place, and everything else is the application’s', async () => {
  const node = await startNode()
  const script = await fetch(`${node.url}/socket.io/socket.io.js`)
  expect(script.headers.get('content-type')).toContain('javascript')
  expect(await script.text()).toContain('Socket.IO v4.8.4')
  expect((await fetch(`${node.url}/socket.io/../package.json`)).status).toBe(200)
  expect(await (await fetch(`${node.url}/`)).text()).toBe('the application')
  expect((await fetch(`${node.url}/socket.io/nothing`)).status).toBe(404)
})

test('over polling, and by an upgrade from it, everything is the same', async () => {
  const node = await startNode()
  const polling = await node.connected({ transports: ['polling'] })
  const upgrading = await node.connected({ transports: ['polling', 'websocket'] })
  const heard = [polling, upgrading].map((one) => heardBy(one))
  for (const one of [polling, upgrading]) await join(one, 'room:1')
  for (let count = 0; count < 20; count++) polling.emit('message', 'room:1', text(`${count}`))
  await Promise.all([polling, upgrading].map((one, index) => until(one, () => heard[index]?.length === 20)))
  const all = Array.from({ length: 20 }, (_, count) => text(`${count}`))
  expect(heard).toEqual([all, all])
})
