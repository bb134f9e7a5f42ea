/** Many who listen to who is in one room, and many who come. */
import { clientFrame, createFrameReader } from './frame-reader.ts'
import { openLink } from './link.ts'
import { baroConnect, type Reply } from './web-socket-dialect.ts'
import { webSocketHandshake } from './web-socket-subscriber.ts'

/** What all listeners have heard. */
export interface CrowdHeard {
  messages: number
  bytes: number
  /** How many of them know that everybody has come. */
  complete: number
}

/** How one server is spoken to. */
interface CrowdDialect {
  readonly path: string
  /** What a listener, and whoever comes, says first. */
  opened(comer: number | undefined): readonly string[]
  /** Whether the text tells that it is taken in; or what it wants to hear. */
  heard(text: string, comer: number | undefined): Reply
  /** Whether the message tells of somebody. */
  tells(bytes: Buffer, start: number, end: number): boolean
  /** Whether a listener that has got so many of them now knows of everybody. */
  isAll(bytes: Buffer, start: number, end: number, got: number, comers: number): boolean
}

const subscribe = (channel: string, extra: object = {}) =>
  JSON.stringify({ type: 'baro:subscribe', payload: { channel, attempt: 1, version: '1', ...extra } })

const dialects: Readonly<Record<string, CrowdDialect>> = {
  'baro crowd': {
    path: '/baro/connect',
    opened: (comer) =>
      comer === undefined
        ? [baroConnect(), subscribe('baro~members:lounge')]
        : [baroConnect(`comer-${comer}`), subscribe('baro~here:lounge', { state: { name: `Member ${comer}` } })],
    heard: (text) =>
      text.startsWith('{"type":"baro:heartbeat"')
        ? { say: [text] }
        : /^\{"type":"baro:(reset|recovered)"/.test(text)
          ? { ready: true }
          : {},
    tells: (bytes, start) => bytes.toString('latin1', start, start + 27) === '{"type":"baro:publications"',
    // A large room tells its count.
    isAll: (bytes, start, end, _got, comers) => bytes.toString('latin1', start, end).includes(`"count":${comers}}`),
  },
  'socket.io crowd': {
    path: '/socket.io/?EIO=4&transport=websocket',
    opened: () => [],
    heard(text, comer) {
      if (text.startsWith('0')) return { say: ['40'] }
      if (text === '2') return { say: ['3'] }
      if (text.startsWith('40'))
        return comer === undefined
          ? { say: ['420["listen"]'] }
          : { say: [`420["join",${JSON.stringify({ name: `Member ${comer}` })}]`] }
      return text.startsWith('430') ? { ready: true } : {}
    },
    tells: (bytes, start) => bytes.toString('latin1', start, start + 11) === '42["joined"',
    isAll: (_bytes, _start, _end, got, comers) => got === comers,
  },
}

/** Connects somebody; resolves when it is taken in. */
export function openInCrowd(
  {
    server,
    port,
    number,
    comer,
    comers,
  }: {
    readonly server: string
    readonly port: number
    readonly number: number
    /** Which of those who come it is; it listens otherwise. */
    readonly comer?: number
    /** How many will come. */
    readonly comers: number
  },
  heard: CrowdHeard,
): Promise<void> {
  const dialect = dialects[server]
  if (!dialect) throw new Error(`Nobody comes to "${server}".`)
  return new Promise((resolve) => {
    let greeting = ''
    let isOpen = false
    let got = 0
    const say = (texts: readonly string[]) => {
      if (texts.length > 0) link.write(Buffer.concat(texts.map(clientFrame)))
    }
    const read = createFrameReader((bytes, start, end) => {
      if (comer === undefined && dialect.tells(bytes, start, end)) {
        heard.messages++
        heard.bytes += end - start
        if (dialect.isAll(bytes, start, end, ++got, comers)) heard.complete++
        return
      }
      const reply = dialect.heard(bytes.toString('utf8', start, end), comer)
      say(reply.say ?? [])
      if (reply.ready) resolve()
    })
    const address = { port, note: false, localAddress: `127.0.0.${1 + (number % 8)}` }
    const link = openLink(address, webSocketHandshake(dialect.path), {
      read(chunk) {
        if (isOpen) return read(chunk)
        greeting += chunk.toString('latin1')
        const end = greeting.indexOf('\r\n\r\n')
        if (end < 0) return
        isOpen = true
        say(dialect.opened(comer))
        read(Buffer.from(greeting.slice(end + 4), 'latin1'))
      },
      lost(reason) {
        throw new Error(`Somebody in the crowd was lost: ${reason}.`)
      },
    })
  })
}
