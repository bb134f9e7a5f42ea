import { clientFrame, createFrameReader } from './frame-reader.ts'
import { openLink } from './link.ts'
import { baroConnect, baroSubscribe, type Reply } from './web-socket-dialect.ts'
import { webSocketHandshake } from './web-socket-subscriber.ts'

/** Somebody who moves a pointer, and hears how all others move theirs. */
export interface Mover {
  /** Says where the pointer is. */
  move(): void
  drop(): void
}

/** What all movers have heard. */
export interface Heard {
  moves: number
  bytes: number
  /** From the move until it was heard, of one in {@link oneIn}. */
  readonly latenciesMs: number[]
}

/** How one server is spoken to. */
interface MoverDialect {
  readonly path: string
  opened(): readonly string[]
  /** Something arrived that is no move. */
  heard(text: string): Reply
  move(payload: object): string
}

/** To look at each would take longer than to hear it. */
const oneIn = 16

const moveMark = Buffer.from('"at":')

const baroMoves = (type: string) => (): MoverDialect => ({
  path: '/baro/connect',
  opened: () => [baroConnect(), baroSubscribe(1)],
  heard: (text) =>
    text.startsWith('{"type":"baro:heartbeat"')
      ? { say: [text] }
      : /^\{"type":"baro:(reset|recovered)"/.test(text)
        ? { ready: true }
        : {},
  move: (payload) => JSON.stringify({ type: 'baro:signal', payload: { channel: 'bench', type, payload } }),
})

/** By the server. */
const dialects: Readonly<Record<string, () => MoverDialect>> = {
  'baro cursors': baroMoves('cursor'),
  'baro cursors without a key': baroMoves('move'),
  'socket.io cursors': () => ({
    path: '/socket.io/?EIO=4&transport=websocket',
    opened: () => [],
    heard(text) {
      if (text.startsWith('0')) return { say: ['40'] }
      if (text === '2') return { say: ['3'] }
      return text.startsWith('40') ? { ready: true } : {}
    },
    move: (payload) => `42${JSON.stringify(['cursor', payload])}`,
  }),
}

/** Connects somebody; resolves when they hear the others. */
export function openMover(server: string, port: number, heard: Heard): Promise<Mover> {
  const dialect = dialects[server]?.()
  if (!dialect) throw new Error(`Nobody moves at "${server}".`)
  return new Promise((resolve) => {
    let greeting = ''
    let isOpen = false
    const say = (texts: readonly string[]) => {
      if (texts.length > 0) link.write(Buffer.concat(texts.map(clientFrame)))
    }
    const read = createFrameReader((bytes, start, end) => {
      const at = bytes.indexOf(moveMark, start)
      if (at >= 0 && at < end) {
        if (++heard.moves % oneIn === 0)
          heard.latenciesMs.push(performance.now() - Number.parseFloat(bytes.toString('latin1', at + 5, at + 25)))
        return
      }
      const reply = dialect.heard(bytes.toString('utf8', start, end))
      say(reply.say ?? [])
      if (reply.ready) resolve({ move, drop: () => link.drop() })
    })
    const link = openLink({ port, note: false, localAddress: '127.0.0.1' }, webSocketHandshake(dialect.path), {
      read(chunk) {
        heard.bytes += chunk.length
        if (isOpen) return read(chunk)
        greeting += chunk.toString('latin1')
        const end = greeting.indexOf('\r\n\r\n')
        if (end < 0) return
        isOpen = true
        say(dialect.opened())
        read(Buffer.from(greeting.slice(end + 4), 'latin1'))
      },
      lost(reason) {
        throw new Error(`Somebody who moves was lost: ${reason}.`)
      },
    })
    let steps = 0
    const move = () => {
      steps++
      say([dialect.move({ x: steps % 1_920, y: steps % 1_080, at: performance.now() })])
    }
  })
}
