import { channelUrl, type Follow, readMessage, retryMs } from './reading.ts'

/** A plain WebSocket on the channel's URL. A browser does not open it again by itself. */
export const followByWebSocket: Follow = (after, reading) => {
  let position = after
  let isStopped = false
  let socket: WebSocket
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    reading.linked('connecting')
    reading.requested()
    socket = new WebSocket(`${channelUrl}?after=${position}`)
    // A socket that is closed while it still opens is reported as a failure.
    socket.onopen = () => (isStopped ? socket.close() : reading.linked('open'))
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (isStopped) return
      position = readMessage(data, frameBytes(data), reading) ?? position
    }
    socket.onclose = () => {
      if (isStopped) return
      reading.linked('waiting')
      timer = setTimeout(open, retryMs)
    }
  }
  open()
  return () => {
    isStopped = true
    clearTimeout(timer)
    if (socket.readyState === WebSocket.OPEN) socket.close()
  }
}

/** A text frame as the server sends it: a head of 2, 4 or 10 bytes, then UTF-8 (RFC 6455 §5.2). */
function frameBytes(text: string): number {
  const { length } = new TextEncoder().encode(text)
  return length + (length < 126 ? 2 : length < 65_536 ? 4 : 10)
}
