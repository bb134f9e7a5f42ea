// Idiom: an Express route that holds its requests
// Loses: what is said while a client is between two requests, until something else is said.

import express from 'express'

const app = express()
const messages = []
let waiting = []

app.use(express.json())

app.get('/api/poll', (request, response) => {
  waiting.push(response)
  request.on('close', () => {
    waiting = waiting.filter((one) => one !== response)
  })
})

app.post('/api/messages', (request, response) => {
  messages.push(request.body)
  for (const one of waiting) {
    one.json(messages)
  }
  waiting = []
  response.sendStatus(204)
})

export const server = app.listen(process.env.PORT || 8080)
