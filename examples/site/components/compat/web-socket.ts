import { channelUrl, type Open } from './client.ts'
import { readMessage } from './read-message.ts'

/** A plain WebSocket. It opens another one itself, right after the last message that it has. */
export const openWebSocket: Open = (told, position) => {
  let after = position
  let socket: WebSocket
  let timer: ReturnType<typeof setTimeout>
  const open = () => {
    socket = new WebSocket(`${channelUrl}?after=${after}`)
    socket.onopen = () => told.linked('open')
    socket.onmessage = ({ data }) => {
      after = readMessage(data, told) ?? after
    }
    socket.onclose = () => {
      told.linked('waiting')
      timer = setTimeout(open, 1_000)
    }
  }
  open()
  return {
    async send(text) {
      if (socket.readyState !== WebSocket.OPEN) throw new Error('WebSocket')
      socket.send(JSON.stringify({ type: 'message', payload: { from: 'websocket', text } }))
    },
    close() {
      socket.onclose = null
      clearTimeout(timer)
      socket.close()
    },
  }
}
