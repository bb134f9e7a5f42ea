/** Whoever is refused on the hub's own transports is refused here, and whoever breaks the protocol is let go. */
import { once } from 'node:events'
import { defaultLimits } from '@baro/server'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { atEnd, chat, heardBy, join, type Node, room, startNode, until } from './stage.ts'

const handshake = '/socket.io/?EIO=4&transport='

/** The status with which an upgrade is answered; 101 if it is taken. */
async function upgradeStatus(node: Node, path: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(node.url.replace('http', 'ws') + path, { headers })
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
  })
}

test.each(['https://evil.example', 'null', 'http://localhost.evil.example', 'file://'])(
  'the origin %s is refused as on the hub’s own URLs: polling, WebSocket and script',
  async (origin) => {
    const log = () => {}
    const node = await startNode({ hub: { log: { info: log, warn: log, error: log } } })
    const headers = { origin }
    const own = await fetch(`${node.url}/baro/channels/room:1`, { headers })
    const theirs = await fetch(`${node.url}${handshake}polling`, { headers })
    expect([theirs.status, theirs.headers.get('access-control-allow-origin')]).toEqual([own.status, null])
    expect(own.status).toBe(403)
    expect((await fetch(`${node.url}/socket.io/socket.io.js`, { headers })).status).toBe(403)
    expect(await upgradeStatus(node, '/baro/connect', headers)).toBe(403)
    expect(await upgradeStatus(node, `${handshake}websocket`, headers)).toBe(403)
  },
)

test('an allowed origin may read the answer, with its cookies', async () => {
  const node = await startNode({ hub: { origins: ['https://shop.example'] } })
  const answer = await fetch(`${node.url}${handshake}polling`, { headers: { origin: 'https://shop.example' } })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example')
  expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
})

test.each([['expired'], ['forged'], [42], [{ id: 'ada' }], ['']])(
  'the token %j is refused as on the hub’s own URLs, before any code of the application runs',
  async (token) => {
    let connections = 0
    const node = await startNode({
      auth: ({ token: given }) => {
        if (given === 'good') return { id: 'ada' }
        throw new Error('nobody')
      },
      use: (io) => io.use((_socket, next) => next()).on('connection', () => connections++),
    })
    const refused = node.connected({ auth: { token } })
    await expect(refused).rejects.toMatchObject({ data: { code: 'unauthenticated', retry: false } })
    expect(connections).toBe(0)
    const own = await fetch(`${node.url}/baro/channels/room:1`, { headers: { authorization: `Bearer ${token}` } })
    expect(own.status).toBe(401)
    await node.connected({ auth: { token: 'good' } })
    expect(connections).toBe(1)
  },
)

test('I8: when what the token allows ends, so does the link, and with a new one the client goes on where it was', async () => {
  const node = await startNode({ auth: () => ({ id: 'ada' }) })
  const ada = await node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  const [gone, back] = [
    new Promise((resolve) => ada.once('disconnect', resolve)),
    new Promise((resolve) => ada.once('connect', () => resolve(ada.recovered))),
  ]
  await node.hub.disconnect({ user: 'ada' })
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'missed' })
  expect(await gone).toBe('transport close')
  expect(await back).toBe(true)
  await until(ada, () => heard.length === 1)
})

test('I8: a user who is revoked hears nothing more, and one who may not read joins no room', async () => {
  const node = await startNode({
    auth: ({ token }) => ({ id: `${token}` }),
    access: ({ user, action }) => action !== 'read' || user?.id !== 'eve',
  })
  const [ada, eve] = [
    await node.connected({ auth: { token: 'ada' } }),
    await node.connected({ auth: { token: 'eve' } }),
  ]
  const [byAda, byEve] = [heardBy(ada), heardBy(eve)]
  expect(await join(eve, 'room:1')).toBe('refused')
  expect(await join(ada, 'room:1')).toBeUndefined()
  node.io.to('room:1').emit('message', { text: 'one' })
  await until(ada, () => byAda.length === 1)
  await node.hub.revoke({ user: 'ada', channel: room({ id: 1 }) })
  node.io.to('room:1').emit('message', { text: 'two' })
  node.io.emit('message', { text: 'all' })
  await Promise.all([until(ada, () => byAda.length === 2), until(eve, () => byEve.length === 1)])
  expect([byAda, byEve]).toEqual([[{ text: 'one' }, { text: 'all' }], [{ text: 'all' }]])
  expect((await node.io.in('room:1').fetchSockets()).length).toBe(0)
})

/** What a WebSocket says, and that the hub closes it. */
async function closesOn(node: Node, ...frames: readonly (string | Uint8Array)[]): Promise<void> {
  const socket = new WebSocket(`${node.url.replace('http', 'ws')}${handshake}websocket`)
  atEnd(() => socket.terminate())
  socket.on('error', () => {})
  await once(socket, 'open')
  for (const frame of frames) socket.send(frame)
  await once(socket, 'close')
}

test.each([
  ['no packet of Engine.IO', ['x']],
  ['an unknown packet of Socket.IO', ['40', '49']],
  ['text that is no JSON', ['40', '42{"a":']],
  ['an event that is no list', ['40', '42{"type":"message"}']],
  ['the name of an event of its own', ['40', '42["connect"]']],
  ['more attachments than are allowed', ['40', '451000-["message"]']],
  ['attachments that never were announced', ['40', new Uint8Array([1])]],
  ['text where bytes were announced', ['40', '451-["message",{"_placeholder":true,"num":0}]', '42["message"]']],
  ['an event before it is let in', ['42["message"]']],
  ['an event in a namespace that it is not in', ['40', '42/other,["message"]']],
  ['a message that is too long', [`42["${'x'.repeat(defaultLimits.maxMessageBytes)}"]`]],
  ['a namespace that is asked for twice', ['40', '40', '40']],
])('whoever sends %s is let go, and nobody else notices', async (_, frames) => {
  const node = await startNode({ use: chat })
  const ada = await node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  await closesOn(node, ...frames)
  node.io.to('room:1').emit('message', { text: 'still here' })
  await until(ada, () => heard.length === 1)
  expect(ada.connected).toBe(true)
})

test.each([
  ['an unknown transport', 'GET', '/socket.io/?EIO=4&transport=carrier-pigeon', 400],
  ['an unknown session', 'GET', `${handshake}polling&sid=nobody`, 400],
  ['a session named like a property of objects', 'GET', `${handshake}polling&sid=__proto__`, 400],
  ['an old protocol', 'GET', '/socket.io/?EIO=3&transport=polling', 400],
  ['a handshake by POST', 'POST', `${handshake}polling`, 400],
  ['a file that is not the client’s', 'GET', '/socket.io/..%2fpackage.json', 404],
])('a request with %s is refused', async (_, method, path, status) => {
  const node = await startNode()
  expect((await fetch(node.url + path, { method })).status).toBe(status)
})

test('whoever makes up what it would come back with begins again', async () => {
  const node = await startNode()
  const ada = await node.connected()
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'secret' })
  await join(ada, 'room:1')
  const { _pid: pid } = ada as unknown as { _pid: string }
  ada.io.engine.close()
  for (const [given, offset] of [
    [pid, '-'.repeat(10)],
    [`${pid.slice(0, -1)}x`, '-'],
    ['../../etc/passwd', '-'],
    ['baro~socket.io:x', '-'],
    ['', ''],
  ]) {
    const eve = await node.connected({ auth: { pid: given, offset } })
    const heard = heardBy(eve)
    expect(eve.recovered).toBe(false)
    node.io.to(`${eve.id}`).emit('message', 'end')
    await until(eve, () => heard.length > 0)
    expect(heard).toEqual(['end'])
  }
})

test('I7: whoever sends more than its allowance is read later, and nobody else waits for it', async () => {
  const node = await startNode({ use: chat, hub: { limits: { messagesPerSecond: 1_000, timesPerAddress: 2 } } })
  const ada = await node.connected()
  let answered = 0
  for (let count = 0; count < 20_000; count++) ada.emit('leave', 'nowhere', () => answered++)
  const bob = await node.connected()
  expect(await join(bob, 'room:1')).toBeUndefined()
  // Far more than a burst is not through when somebody else is let in.
  expect(answered).toBeLessThan(20_000)
})
