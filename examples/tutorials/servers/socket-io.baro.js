import { createServer } from 'node:http'
import { createHub } from '@baro/server'
import { mount } from '@baro/socket.io'
import { room } from '../channels.js'

export const server = createServer()
const hub = createHub({ channels: [room] })
hub.on(room, {
  access: 'public',
  events: { 'room message': ({ payload, publish }) => publish('room message', payload) },
})

mount(hub, (io) => {
  io.on('connection', (socket) => {
    socket.on('join room', (room) => {
      socket.join(room)
    })

    socket.on('room message', ({ room, text }) => {
      io.to(room).emit('room message', text)
    })
  })
})

hub.attach(server)
server.listen(process.env.PORT || 3000)
