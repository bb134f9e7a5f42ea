import { openLink } from './link.ts'
import { type Address, countMarks, type Subscriber, type SubscriberEvents } from './subscriber.ts'

/** How one kind of server begins an event stream. */
export interface StreamDialect {
  readonly path: string
  /** What has come when nothing published from now on is missed. */
  readonly opening: RegExp
}

/** The head of the answer is all there is. */
export const plainStream: StreamDialect = { path: '/', opening: /\r\n\r\n/ }

/** Without a position it begins with a reset. */
export const baroStream: StreamDialect = {
  path: '/baro/channels/bench?live=sse',
  opening: /"type":"baro:reset".*\n\n/,
}

/** Connects one subscriber that reads an event stream. */
export function openStreamSubscriber(address: Address, dialect: StreamDialect, events: SubscriberEvents): Subscriber {
  let ready = false
  let heard = ''
  const open = (chunk: Buffer): void => {
    heard += chunk.toString('latin1')
    if (!dialect.opening.test(heard)) return
    if (!heard.startsWith('HTTP/1.1 200')) throw new Error(`The server answered ${heard.slice(0, 100)}`)
    ready = true
    heard = ''
    events.ready()
  }
  return openLink(address, streamRequest(dialect.path), {
    read(chunk) {
      if (!ready) return open(chunk)
      const count = countMarks(chunk, 0, chunk.length)
      if (count > 0) events.received(count)
    },
    lost: events.lost,
  })
}

/** The request that asks for an event stream. */
export function streamRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`
}
