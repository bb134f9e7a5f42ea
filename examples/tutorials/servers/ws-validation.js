// Idiom: messages that a `ws` server validates and sanitises by hand
// Loses: the answer to a message that is cut off; sent again, the message stands there twice.

import { createServer } from 'node:http'
import sanitizeHtml from 'sanitize-html'
import { WebSocket, WebSocketServer } from 'ws'

export const server = createServer()
const wss = new WebSocketServer({ server, maxPayload: 64 * 1024 })

function validate(data) {
  let message
  try {
    message = JSON.parse(data)
  } catch {
    return { error: 'Invalid JSON' }
  }
  if (message?.type !== 'article') {
    return { error: 'Unknown type' }
  }
  const { payload } = message
  if (typeof payload?.title !== 'string' || payload.title.length > 200) {
    return { error: 'Invalid title' }
  }
  if (typeof payload.body !== 'string' || payload.body.length > 9000) {
    return { error: 'Invalid body' }
  }
  const body = sanitizeHtml(payload.body, { allowedTags: ['b', 'i', 'a'], allowedAttributes: { a: ['href'] } })
  return { message: { type: 'article', payload: { title: payload.title, body } } }
}

wss.on('connection', (ws) => {
  ws.on('message', (data) => {
    const { error, message } = validate(data)
    if (error) {
      ws.send(JSON.stringify({ type: 'error', payload: error }))
      return
    }
    for (const client of wss.clients) {
      if (client.readyState === WebSocket.OPEN) {
        client.send(JSON.stringify(message))
      }
    }
  })
  ws.on('error', console.error)
})

server.listen(process.env.PORT || 8080)
