import { connect, type Socket } from 'node:net'
import type { Dialect } from './dialect.ts'
import { clientFrame, createFrameReader } from './frame-reader.ts'

/** What happens to one subscriber. */
export interface SubscriberEvents {
  ready(): void
  /** So many publications arrived in one frame. */
  received(count: number): void
  /** The server closed it, or it failed. */
  lost(reason: string): void
}

/** One connection, as light as it can be: a plain socket that counts marks. */
export interface Subscriber {
  drop(): void
}

const mark = '#'.charCodeAt(0)
// What was read is counted before the next read, so all sockets share the memory.
const shared = Buffer.allocUnsafe(64 * 1024)

/** Connects one subscriber; `localAddress` is any of 127.0.0.0/8, so that ports do not run short. */
export function openSubscriber(
  { port, localAddress, note }: { readonly port: number; readonly localAddress: string; readonly note: boolean },
  dialect: Dialect,
  events: SubscriberEvents,
): Subscriber {
  let ready = false
  let upgraded = false
  let greeting = ''

  const say = (reply: { readonly say?: string; readonly ready?: true }): void => {
    if (reply.say !== undefined) socket.write(clientFrame(reply.say))
    if (!reply.ready) return
    ready = true
    events.ready()
  }
  const read = createFrameReader((bytes, start, end) => {
    let count = 0
    for (let at = bytes.indexOf(mark, start); at >= 0 && at < end; at = bytes.indexOf(mark, at + 1)) count++
    if (!ready || count === 0) say(dialect.heard(bytes.toString('utf8', start, end)))
    else if (note) dialect.noted(bytes.toString('utf8', start, end))
    if (count > 0) events.received(count)
  })
  const upgrade = (chunk: Buffer): void => {
    greeting += chunk.toString('latin1')
    const end = greeting.indexOf('\r\n\r\n')
    if (end < 0) return
    if (!greeting.startsWith('HTTP/1.1 101')) throw new Error(`The server answered ${greeting.slice(0, 100)}`)
    upgraded = true
    say(dialect.opened())
    read(Buffer.from(greeting.slice(end + 4), 'latin1'))
    greeting = ''
  }

  const socket: Socket = connect({
    host: '127.0.0.1',
    port,
    localAddress,
    noDelay: true,
    onread: {
      buffer: shared,
      callback(length) {
        const chunk = shared.subarray(0, length)
        if (upgraded) read(chunk)
        else upgrade(chunk)
        return true
      },
    },
  })
  socket.on('connect', () => socket.write(handshake(dialect.path)))
  socket.on('error', (error) => events.lost(error.message))
  socket.on('close', () => events.lost('closed'))
  return {
    drop() {
      socket.removeAllListeners('close')
      socket.destroy()
    },
  }
}

function handshake(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n')
}
