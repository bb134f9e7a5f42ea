import { createServer } from 'node:http'
import { jwt } from '@baro/jwt'
import { createHub } from '@baro/server'
import { members } from '../channels.js'

export const server = createServer()
const auth = jwt({ algorithms: ['HS256'], secret: process.env.JWT_SECRET })
const hub = createHub({ channels: [members], auth })
hub.on(members, {
  access: ({ user }) => user !== undefined,
  events: { message: ({ payload, publish }) => publish('message', payload) },
})
hub.attach(server)

server.listen(process.env.PORT || 3000)
