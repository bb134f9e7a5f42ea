// Idiom: a `ws` server that waits for `{ type: 'AUTH', token }`
// Loses: what is said while a client is away; and a token that has expired goes on to count.

import { createServer } from 'node:http'
import { jwtVerify } from 'jose'
import { WebSocketServer } from 'ws'

const secret = new TextEncoder().encode(process.env.JWT_SECRET)

export const server = createServer()
const wss = new WebSocketServer({ server })
const members = new Map()

wss.on('connection', (ws) => {
  ws.on('message', async (data) => {
    const message = JSON.parse(data)

    if (message.type === 'AUTH') {
      try {
        const { payload } = await jwtVerify(message.token, secret)
        members.set(ws, payload.sub)
        ws.send(JSON.stringify({ type: 'AUTH_SUCCESS' }))
      } catch {
        ws.close(4001, 'Unauthorized')
      }
      return
    }

    if (!members.has(ws)) {
      ws.close(4001, 'Unauthorized')
      return
    }
    for (const client of members.keys()) {
      client.send(JSON.stringify({ ...message, by: members.get(ws) }))
    }
  })

  ws.on('close', () => members.delete(ws))
  ws.on('error', console.error)
})

server.listen(process.env.PORT || 8080)
