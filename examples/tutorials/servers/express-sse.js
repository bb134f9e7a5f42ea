// Idiom: server-sent events with Express
// Loses: what is said while a client is away, because the events have no ids and nothing is kept.

import express from 'express'

const app = express()
let clients = []

app.use(express.json())

app.get('/api/events', (request, response) => {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    Connection: 'keep-alive',
  })
  response.flushHeaders()
  clients.push(response)
  request.on('close', () => {
    clients = clients.filter((one) => one !== response)
  })
})

app.post('/api/messages', (request, response) => {
  for (const client of clients) {
    client.write(`data: ${JSON.stringify(request.body)}\n\n`)
  }
  response.sendStatus(204)
})

export const server = app.listen(process.env.PORT || 8080)
