import { useEffect, useState } from 'react'
import { type Board, painted } from '../../channels/board.ts'
import { ReconnectingWebSocket } from './reconnecting-websocket.ts'

/** The board the usual way: what was fetched for the page, and then a socket. */
export function useUsual(page: Board): Board {
  const [board, setBoard] = useState(page)
  useEffect(() => {
    const socket = new ReconnectingWebSocket('/break-it/socket')
    socket.onmessage = ({ data }) => setBoard((old) => painted(old, JSON.parse(data)))
    return () => socket.close()
  }, [])
  return board
}
