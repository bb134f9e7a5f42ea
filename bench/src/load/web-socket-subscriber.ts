import { clientFrame, createFrameReader } from './frame-reader.ts'
import { openLink } from './link.ts'
import { type Address, countMarks, type Subscriber, type SubscriberEvents } from './subscriber.ts'
import type { Reply, WebSocketDialect } from './web-socket-dialect.ts'

/** Connects one subscriber that reads frames. */
export function openWebSocketSubscriber(
  address: Address,
  dialect: WebSocketDialect,
  events: SubscriberEvents,
): Subscriber {
  let ready = false
  let upgraded = false
  let greeting = ''

  const say = (reply: Reply): void => {
    if (reply.say) link.write(Buffer.concat(reply.say.map(clientFrame)))
    if (!reply.ready) return
    ready = true
    events.ready()
  }
  const read = createFrameReader((bytes, start, end) => {
    const count = countMarks(bytes, start, end)
    if (!ready || count === 0) say(dialect.heard(bytes.toString('utf8', start, end)))
    else if (address.note) dialect.noted(bytes.toString('utf8', start, end))
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
  const link = openLink(address, webSocketHandshake(dialect.path), {
    read: (chunk) => (upgraded ? read(chunk) : upgrade(chunk)),
    lost: events.lost,
  })
  return {
    drop: () => link.drop(),
    publish(texts) {
      const messages = dialect.publish?.(texts) ?? []
      link.write(Buffer.concat(messages.map(clientFrame)))
    },
  }
}

/** The request that asks for a WebSocket. */
export function webSocketHandshake(path: string): string {
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
