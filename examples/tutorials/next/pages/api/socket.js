// Idiom: `pages/api/socket.js` with `res.socket.server`
// Loses: everybody who comes back after a restart, until somebody asks for this route; and what was said meanwhile.

import { WebSocket, WebSocketServer } from 'ws'

export default function handler(req, res) {
  const { server } = res.socket

  if (!server.wss) {
    server.wss = new WebSocketServer({ noServer: true })

    server.on('upgrade', (request, socket, head) => {
      if (request.url !== '/ws') {
        return
      }
      server.wss.handleUpgrade(request, socket, head, (ws) => {
        server.wss.emit('connection', ws, request)
      })
    })

    server.wss.on('connection', (ws) => {
      ws.on('message', (data) => {
        for (const client of server.wss.clients) {
          if (client.readyState === WebSocket.OPEN) {
            client.send(data.toString())
          }
        }
      })
    })
  }

  res.end()
}
