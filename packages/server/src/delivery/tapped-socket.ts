import type { LinkTap, Socket } from '../ports/socket.ts'

/** A socket that shows what goes through it. */
export function tappedSocket(socket: Socket, tap: LinkTap): Socket {
  const { framing } = socket
  return {
    framing,
    get waitingBytes() {
      return socket.waitingBytes
    },
    write(pieces) {
      // First, because who looks on must not be able to stop what it looks at.
      socket.write(pieces)
      tap.said(framing.readBack?.(Buffer.concat(pieces)) ?? [])
    },
    close(code, reason) {
      const data = JSON.stringify({ type: 'close', payload: { code, reason } })
      tap.said([{ kind: 'close', bytes: Buffer.byteLength(reason) + 2, isCompressed: false, data }])
      socket.close(code, reason)
    },
  }
}
