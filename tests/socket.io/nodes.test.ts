/** Two nodes that share a broker are one server to the clients of Socket.IO. */
import { createMemoryBroker } from '@baro/server'
import { expect, test } from 'vitest'
import { atEnd, chat, heardBy, join, type Node, room, startNode, until } from './stage.ts'

async function twoNodes(): Promise<readonly [Node, Node]> {
  const broker = createMemoryBroker()
  atEnd(() => broker.close())
  const use = (io: Node['io']) => {
    chat(io)
    io.on('connection', (socket) => {
      socket.data.name = socket.handshake.auth.name
      socket.on('others', (name: string, payload: unknown) => void socket.to(name).emit('message', payload))
    })
  }
  return [await startNode({ broker, use }), await startNode({ broker, use })]
}

test('rooms that are channels, and rooms that are not, have members on both', async () => {
  const nodes = await twoNodes()
  const clients = [await nodes[0].connected(), await nodes[1].connected()] as const
  const heard = clients.map((one) => heardBy(one))
  for (const one of clients) for (const name of ['room:1', 'inside']) await join(one, name)
  clients[0].emit('others', 'room:1', { text: 'others in the channel' })
  clients[0].emit('others', 'inside', 'others inside')
  await until(clients[1], () => heard[1]?.length === 2)
  await nodes[1].hub.publish(room({ id: 1 }), 'message', { text: 'all' })
  await Promise.all(clients.map((one, index) => until(one, () => JSON.stringify(heard[index]).includes('all'))))
  expect(heard[0]).toEqual([{ text: 'all' }])
  expect(new Set(heard[1])).toEqual(new Set([{ text: 'others in the channel' }, 'others inside', { text: 'all' }]))
})

test('sockets of both are found, asked, written to, moved and disconnected', async () => {
  const [first, second] = await twoNodes()
  const [ada, bob] = [
    await first.connected({ auth: { name: 'ada' } }),
    await second.connected({ auth: { name: 'bob' } }),
  ]
  const byBob = heardBy(bob)
  const sockets = await first.io.fetchSockets()
  expect(sockets.map(({ data }) => data.name).toSorted()).toEqual(['ada', 'bob'])
  for (const one of [ada, bob]) one.on('question', (answer: (id: string | undefined) => void) => answer(one.id))
  expect((await first.io.timeout(5_000).emitWithAck('question')).toSorted()).toEqual([ada.id, bob.id].toSorted())
  first.io.to(`${bob.id}`).emit('message', 'private')
  await until(bob, () => byBob.length === 1)
  first.io.in(`${bob.id}`).socketsJoin('room:1')
  // Asked behind it, and answered once it is done.
  await first.io.in('room:1').fetchSockets()
  await first.hub.publish(room({ id: 1 }), 'message', { text: 'hello' })
  await until(bob, () => byBob.length === 2)
  expect(byBob).toEqual(['private', { text: 'hello' }])
  const gone = new Promise((resolve) => bob.once('disconnect', resolve))
  first.io.in('room:1').disconnectSockets()
  expect(await gone).toBe('io server disconnect')
  expect(ada.connected).toBe(true)
})

test('servers tell each other, and answer', async () => {
  const [first, second] = await twoNodes()
  second.io.on('how are you', (answer: (said: string) => void) => answer('well'))
  await second.io.fetchSockets()
  expect(await first.io.serverSideEmitWithAck('how are you')).toEqual(['well'])
  const heard = new Promise((resolve) => first.io.on('hello', resolve))
  second.io.serverSideEmit('hello', { bytes: Buffer.from([1]) })
  expect(await heard).toEqual({ bytes: new Uint8Array([1]) })
})
