// Idiom: a `ws` server that sends on every change of its data
// Loses: every change while a client is away; and what a client does not read fills the memory.

import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { quotes } from './quotes.js'

export const server = createServer()
const wss = new WebSocketServer({ server })
const latest = new Map()

wss.on('connection', (ws) => {
  for (const quote of latest.values()) {
    ws.send(JSON.stringify(quote))
  }
  ws.on('error', console.error)
})

quotes.on('change', (quote) => {
  latest.set(quote.symbol, quote)
  for (const client of wss.clients) {
    if (client.readyState === WebSocket.OPEN) {
      client.send(JSON.stringify(quote))
    }
  }
})

server.listen(process.env.PORT || 8080)
