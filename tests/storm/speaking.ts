import { participantOf } from '@baro/socket.io'
import type { Server } from 'socket.io'
import { everybody } from './channels.ts'

/** What clients of Socket.IO may do: join the room, and say something under an id, with an answer. */
export function letSpeak(io: Server): void {
  io.on('connection', (socket) => {
    socket.on(
      'join',
      (answer: () => void) => void Promise.resolve(socket.join(everybody.channel)).then(answer, () => {}),
    )
    socket.on('say', async (n: number, id: string, answer: (code: string | null) => void) => {
      const said = participantOf(socket).publish(everybody, 'said', { by: '', n }, { id })
      answer(
        await said.then(
          () => null,
          ({ code }) => String(code),
        ),
      )
    })
  })
}
