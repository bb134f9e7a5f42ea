import type { Open } from './client.ts'

/** Socket.IO, unmodified: its package comes with this page only. */
export const openSocketIo: Open = (told) => {
  const opening = import('socket.io-client').then(({ io }) => {
    const socket = io()
    socket.on('message', told.got)
    socket.on('connect', () => {
      told.linked('open')
      if (!socket.recovered) socket.emit('join', told.began)
    })
    socket.on('disconnect', () => told.linked('waiting'))
    return socket
  })
  return {
    async send(text) {
      const socket = await opening
      const refusal = await socket.timeout(10_000).emitWithAck('message', { from: 'socket.io', text })
      if (refusal) throw new Error(refusal)
    },
    close: () => opening.then((socket) => socket.disconnect()),
  }
}
