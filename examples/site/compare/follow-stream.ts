import type { Shown, Visit } from './way.ts'

interface Message {
  readonly type: string
  readonly position: string
  readonly offset: number
  readonly payload: { readonly busy: number; readonly snapshot?: readonly Shown[] }
}

/** Follows the channel on a plain WebSocket, from a position on, and again from where it was after a cut. */
export function followStream(after: string, visit: Visit): () => void {
  let position = after
  let isStopped = false
  let socket: WebSocket
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    visit.requested()
    socket = new WebSocket(`/baro/channels/pulse${position && `?after=${position}`}`)
    socket.onopen = () => isStopped && socket.close()
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (isStopped) return
      visit.received(data.length + (data.length < 126 ? 2 : 4))
      const { type, offset, payload, position: next } = JSON.parse(data) as Message
      position = next
      const newest = type === 'baro:reset' ? payload.snapshot?.at(-1) : { offset, busy: payload.busy }
      if (newest && type !== 'baro:heartbeat') visit.show(newest)
    }
    socket.onclose = () => {
      if (!isStopped) timer = setTimeout(open, 1_000)
    }
  }
  open()
  return () => {
    isStopped = true
    clearTimeout(timer)
    if (socket.readyState === WebSocket.OPEN) socket.close()
  }
}
