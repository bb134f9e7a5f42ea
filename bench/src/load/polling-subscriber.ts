import { openLink } from './link.ts'
import { type Address, countMarks, type Subscriber, type SubscriberEvents } from './subscriber.ts'

/** How one kind of server is asked for what follows, again and again, over one connection. */
export interface PollDialect {
  /** The request for what follows the cursor; without one, for where to begin. */
  ask(cursor: string | undefined): string
  /** Where an answer leads, by its head. */
  cursorOf(head: string): string | undefined
  /** How long it waits after an answer. */
  readonly pauseMs: number
}

/** Baro's long polling, asked again right after each answer. */
export const baroLongPoll: PollDialect = {
  ask: (cursor) => pollRequest(`/baro/channels/bench${cursor === undefined ? '' : `?after=${cursor}&wait=25`}`),
  cursorOf: (head) => /\r\nbaro-position: (\S+)/i.exec(head)?.[1],
  pauseMs: 0,
}

/** Baro's polling, 20 times a second. */
export const baroPoll: PollDialect = {
  ask: (cursor) => pollRequest(`/baro/channels/bench${cursor === undefined ? '' : `?after=${cursor}`}`),
  cursorOf: baroLongPoll.cursorOf,
  pauseMs: 50,
}

/** nchan's long polling: its cursor is what a browser's cache would send. */
export const nchanLongPoll: PollDialect = {
  ask: (cursor) => pollRequest('/subscribe', cursor ?? ''),
  cursorOf(head) {
    const modified = /\r\nlast-modified: ([^\r]+)/i.exec(head)?.[1]
    const tag = /\r\netag: ([^\r]+)/i.exec(head)?.[1]
    return modified === undefined ? undefined : `If-Modified-Since: ${modified}\r\nIf-None-Match: ${tag}\r\n`
  },
  pauseMs: 0,
}

/** Connects one subscriber that asks and is answered. */
export function openPollingSubscriber(address: Address, dialect: PollDialect, events: SubscriberEvents): Subscriber {
  let cursor: string | undefined
  let head: string | undefined
  let heard = ''
  let missing = 0
  let count = 0
  let timer: NodeJS.Timeout | undefined

  const ask = (): void => link.write(dialect.ask(cursor))
  const finish = (): void => {
    const wasReady = cursor !== undefined
    cursor = dialect.cursorOf(head ?? '')
    if (cursor === undefined) throw new Error(`The server answered ${head}`)
    head = undefined
    events.answered()
    const came = count
    count = 0
    if (dialect.pauseMs > 0) timer = setTimeout(ask, dialect.pauseMs)
    else ask()
    if (!wasReady) events.ready()
    else if (came > 0) events.received(came)
  }
  const link = openLink(address, dialect.ask(undefined), {
    read(chunk) {
      let start = 0
      if (head === undefined) {
        const before = heard.length
        heard += chunk.toString('latin1')
        const end = heard.indexOf('\r\n\r\n')
        if (end < 0) return
        head = heard.slice(0, end)
        heard = ''
        if (!head.startsWith('HTTP/1.1 200')) throw new Error(`The server answered ${head.slice(0, 100)}`)
        missing = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
        // One question at a time: what follows the head is its body, and nothing else.
        start = end + 4 - before
      }
      missing -= chunk.length - start
      count += countMarks(chunk, start, chunk.length)
      if (missing === 0) finish()
    },
    lost: events.lost,
  })
  return {
    drop() {
      clearTimeout(timer)
      link.drop()
    },
  }
}

/** A request of a poll. */
export function pollRequest(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`
}
