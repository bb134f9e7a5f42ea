import { connect } from 'node:net'
import type { Address, Subscriber } from './subscriber.ts'

/** What happens to one link. */
export interface LinkHandlers {
  /** What was read; the memory is used again for the next read. */
  read(chunk: Buffer): void
  lost(reason: string): void
}

/** A plain socket to the server under measurement. */
export interface Link extends Subscriber {
  write(bytes: string | Buffer): void
}

// What was read is counted before the next read, so all sockets share the memory.
const shared = Buffer.allocUnsafe(64 * 1024)

/** Connects, and says hello. */
export function openLink({ port, localAddress }: Address, hello: string, handlers: LinkHandlers): Link {
  const socket = connect({
    host: '127.0.0.1',
    port,
    localAddress,
    noDelay: true,
    onread: {
      buffer: shared,
      callback(length) {
        handlers.read(shared.subarray(0, length))
        return true
      },
    },
  })
  socket.on('connect', () => socket.write(hello))
  socket.on('error', (error) => handlers.lost(error.message))
  socket.on('close', () => handlers.lost('closed'))
  return {
    write(bytes) {
      socket.write(bytes)
    },
    drop() {
      socket.removeAllListeners('close')
      socket.destroy()
    },
  }
}
