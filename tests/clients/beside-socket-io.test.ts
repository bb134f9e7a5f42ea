import { on, once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { channel } from '@baro/core'
import { attach } from '@baro/next'
import { createHub, type Hub } from '@baro/server'
import { Server as SocketIo } from 'socket.io'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as z from 'zod'

const room = channel('room:{id}', { events: { message: z.object({ text: z.string() }) } })

let ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.toReversed()) await end()
  ends = []
})

function newHub(): Hub {
  const hub = createHub({ channels: [room] })
  hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  ends.push(() => hub.close())
  return hub
}

function addSocketIo(server: Server): void {
  // Its own way to `ws` does not survive the conditions under which these tests load modules.
  const io = new SocketIo(server, { wsEngine: WebSocketServer })
  io.on('connection', (socket) => socket.emit('hello', 'from Socket.IO'))
  ends.push(() => io.close())
}

const orders: Readonly<Record<string, (server: Server) => void>> = {
  'the hub first': (server) => {
    newHub().attach(server)
    addSocketIo(server)
  },
  'Socket.IO first': (server) => {
    addSocketIo(server)
    newHub().attach(server)
  },
  'the hub first, attached to the server of Next': (server) => {
    attach(newHub(), server, { otherUpgrades: 'pass' })
    addSocketIo(server)
  },
  'Socket.IO first, and the hub attached to the server of Next': (server) => {
    addSocketIo(server)
    attach(newHub(), server, { otherUpgrades: 'pass' })
  },
}

/** The first messages of a socket until one contains the text. */
async function heardUntil(socket: WebSocket, text: string): Promise<string> {
  for await (const [data] of on(socket, 'message')) if (String(data).includes(text)) return String(data)
  return ''
}

describe.each(Object.keys(orders))('a hub and Socket.IO on one server, %s', (order) => {
  test('both answer requests and upgrades, and so does the application', async () => {
    const server = createServer((_request, response) => response.end('the application'))
    orders[order]?.(server)
    server.listen(0)
    await once(server, 'listening')
    ends.push(() => server.close())
    const port = (server.address() as AddressInfo).port

    // Engine.IO 4: a socket is opened, and Socket.IO's own connection asked for on it.
    const theirs = new WebSocket(`ws://localhost:${port}/socket.io/?EIO=4&transport=websocket`)
    theirs.once('open', () => theirs.send('40'))
    expect(await heardUntil(theirs, 'hello')).toContain('from Socket.IO')

    const ours = new WebSocket(`ws://localhost:${port}/baro/channels/room:1`)
    ours.once('open', () => ours.send(JSON.stringify({ type: 'message', payload: { text: 'from Baro' } })))
    expect(await heardUntil(ours, '"message"')).toContain('from Baro')

    const ask = async (path: string) => (await fetch(`http://localhost:${port}${path}`)).text()
    expect(await ask('/socket.io/?EIO=4&transport=polling')).toMatch(/^0\{"sid"/)
    expect(await ask('/baro/health')).toContain('"ok"')
    expect(await ask('/')).toBe('the application')

    theirs.terminate()
    ours.terminate()
  })
})
