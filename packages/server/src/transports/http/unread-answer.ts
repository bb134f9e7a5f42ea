import type { ServerResponse } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import type { Cancel, Clock } from '@baro/core/broker'

/**
 * Ends the connection of an answer of which nothing leaves within `spanMs`: a client that asks and does not read would
 * keep the answer in memory for as long as it likes (I7). To be called when the answer is given.
 */
export function endIfUnread(response: ServerResponse, clock: Clock, spanMs: number): void {
  const { socket } = response
  // Nearly every answer has left already.
  if (!socket || socket.writableLength === 0) return
  let cancel: Cancel
  const look = () => {
    const left = bytesLeft(socket)
    cancel = clock.after(spanMs, () => {
      // An event stream whose first messages had to wait; it watches its reader itself.
      if (socket.writableLength === 0) return
      if (bytesLeft(socket) === left) socket.destroy()
      else look()
    })
  }
  look()
  response.once('close', () => cancel())
}

/** Bytes that have left the process. */
export function bytesLeft({ bytesWritten, writableLength }: NetSocket): number {
  return bytesWritten - writableLength
}
