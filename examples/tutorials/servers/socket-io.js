// Idiom: `io.on('connection')` with rooms
// Loses: what is said while a client is away, and the rooms of whoever comes back.

import { createServer } from 'node:http'
import { Server } from 'socket.io'

export const server = createServer()
const io = new Server(server)

io.on('connection', (socket) => {
  socket.on('join room', (room) => {
    socket.join(room)
  })

  socket.on('room message', ({ room, text }) => {
    io.to(room).emit('room message', text)
  })
})

server.listen(process.env.PORT || 8080)
