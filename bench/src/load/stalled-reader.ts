import { connect } from 'node:net'
import { clientFrame } from './frame-reader.ts'
import { baroLongPoll, baroPoll } from './polling-subscriber.ts'
import { baroStream, streamRequest } from './stream-subscriber.ts'
import { baroConnect, baroSubscribe } from './web-socket-dialect.ts'
import { webSocketHandshake } from './web-socket-subscriber.ts'

/** What a reader that reads nothing says, and again without having read the answer. */
interface Question {
  readonly first: Buffer
  readonly againEveryMs?: number
}

/** Each rung's question, from a position. */
const questions: Readonly<Record<string, (position: string) => Question>> = {
  baro: (position) => ({
    first: Buffer.concat([
      Buffer.from(webSocketHandshake('/baro/connect')),
      clientFrame(baroConnect()),
      clientFrame(baroSubscribe(1, position)),
    ]),
  }),
  'baro stream': (position) => ({ first: Buffer.from(streamRequest(`${baroStream.path}&after=${position}`)) }),
  'baro long poll': (position) => ({ first: Buffer.from(baroLongPoll.ask(position)) }),
  'baro poll': (position) => ({ first: Buffer.from(baroPoll.ask(position)), againEveryMs: 500 }),
}

/**
 * Opens readers that connect to the path, ask, and never read; resolves when all have asked. Every second one is behind,
 * and so is answered from history at once; the others stand at the head.
 */
export async function openStalledReaders(
  { server, port }: { readonly server: string; readonly port: number },
  path: string,
  readers: number,
): Promise<void> {
  const ask = questions[server]
  if (!ask) throw new Error(`Nobody stalls on "${server}".`)
  const head = await positionAt(port, '')
  const behind = await positionAt(port, `?before=${head}&limit=100`)
  for (let index = 0; index < readers; index++) await openStalledReader(ask(index % 2 === 0 ? head : behind), path)
}

async function positionAt(port: number, query: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/baro/channels/bench${query}`)
  return ((await response.json()) as { position: string }).position
}

function openStalledReader({ first, againEveryMs }: Question, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    // Before it connects: Node would read the first bytes by itself.
    socket.pause()
    socket.on('error', reject)
    socket.on('connect', () => socket.write(first, () => resolve()))
    if (againEveryMs !== undefined) setInterval(() => socket.write(first), againEveryMs)
  })
}
