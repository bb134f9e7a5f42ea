// Idiom: a `ws` server that sends to all its clients
// Loses: what is said while a client is away, because nothing is kept.

import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'

export const server = createServer()
const wss = new WebSocketServer({ server })

wss.on('connection', (ws) => {
  console.log('A client has connected')

  ws.on('message', (data) => {
    for (const client of wss.clients) {
      if (client.readyState === WebSocket.OPEN) {
        client.send(data.toString())
      }
    }
  })

  ws.on('error', console.error)
  ws.on('close', () => console.log('A client has gone'))
})

server.listen(process.env.PORT || 8080)
