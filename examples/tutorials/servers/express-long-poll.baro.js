import { createHub } from '@baro/server'
import express from 'express'
import { chat } from '../channels.js'

const app = express()
const hub = createHub({ channels: [chat] })
hub.on(chat, { access: 'public' })

app.use(express.json())

// Here the page need not even change its URL.
app.get('/api/poll', hub.serve(chat(), { view: 'state', waitMs: 25_000 }))

app.post('/api/messages', async (request, response) => {
  await hub.publish(chat(), 'message', request.body)
  response.sendStatus(204)
})

export const server = app.listen(process.env.PORT || 3000)
hub.attach(server)
