import { createServer } from 'node:http'
import { createHub } from '@baro/server'
import { lobby } from '../channels.js'

export const server = createServer()
const hub = createHub({ channels: [lobby] })
hub.on(lobby, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
hub.attach(server)

server.listen(process.env.PORT || 3000)
