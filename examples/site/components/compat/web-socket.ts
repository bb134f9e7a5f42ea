import { systemRandomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'
import { channelUrl, type Open } from './client.ts'
import { readMessage } from './read-message.ts'

/** A plain WebSocket. It opens another one itself, right after the last message that it has. */
export const openWebSocket: Open = (told, position) => {
  const answers = new Map<string, (type: string) => void>()
  let after = position
  let socket: WebSocket
  let timer: ReturnType<typeof setTimeout>
  const open = () => {
    socket = new WebSocket(`${channelUrl}?after=${after}`)
    socket.onopen = () => told.linked('open')
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data)
      if (type.startsWith('baro:')) answers.get(payload.id)?.(type)
      after = readMessage(data, told) ?? after
    }
    socket.onclose = () => {
      told.linked('waiting')
      for (const answer of answers.values()) answer('closed')
      timer = setTimeout(open, 1_000)
    }
  }
  open()
  return {
    send: (text) =>
      new Promise<void>((resolve, reject) => {
        const id = createId(systemRandomness)
        answers.set(id, (type) => {
          answers.delete(id)
          type === 'baro:published' ? resolve() : reject(new Error(type))
        })
        // A socket that is closed, or closing, drops it without a word.
        if (socket.readyState !== WebSocket.OPEN) return answers.get(id)?.('closed')
        socket.send(JSON.stringify({ type: 'message', payload: { from: 'websocket', text }, id }))
      }),
    close() {
      socket.onclose = null
      clearTimeout(timer)
      socket.close()
    },
  }
}
