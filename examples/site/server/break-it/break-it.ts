import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Broker } from '@baro/core/broker'
import { parseAt } from '@baro/core/protocol'
import { createHub, type Hub } from '@baro/server'
import { board, ofVisitor } from '../../channels/board.ts'
import { isOwnOrigin } from '../own-origin.ts'
import { drawPictures } from './bot.ts'
import { createKeptPages, everyMs } from './kept-pages.ts'
import { createPublisherLog } from './publisher-log.ts'
import { createUsualServer, type UsualServer } from './usual-server.ts'

/** Where the demo is served: its hub, its usual socket, the publisher's log, old pages, and the button that restarts it. */
const path = '/break-it'
const hubPath = `${path}/baro`

/** How long a restart takes at least, and how long after one nobody can ask for another, in milliseconds. */
const downMs = 2_500
const restMs = 5_000

/** The demo of the home page. */
export interface BreakIt {
  /** Answers what is under the path of the demo; returns whether it did. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean
  close(): Promise<void>
}

interface Server {
  readonly hub: Hub
  readonly usual: UsualServer
}

/**
 * Opens the demo. Its readers have a hub of their own, which can be restarted without the site: it is a second node beside
 * `publisher`, over the same broker. What is published while it is down is published all the same.
 *
 * @param publisher The hub of the site.
 */
export async function openBreakIt(publisher: Hub, broker: Broker): Promise<BreakIt> {
  const log = createPublisherLog()
  const pages = createKeptPages()
  let server: Server | undefined = startServer()
  let restarting: Promise<void> | undefined

  function startServer(): Server {
    const hub = createHub({ channels: [board], broker, path: hubPath })
    hub.on(board, {
      access: 'public',
      events: {
        async paint({ payload: { cell }, publish }) {
          const publishing = publish('paint', { cell, colour: ofVisitor })
          await log.write(() => publishing.then(offsetOf), cell, ofVisitor)
          return publishing
        },
      },
    })
    return { hub, usual: createUsualServer(hub) }
  }

  async function restart(): Promise<void> {
    const ended = server
    server = undefined
    ended?.usual.close()
    await ended?.hub.close()
    await new Promise((resolve) => setTimeout(resolve, downMs))
    server = startServer()
    setTimeout(() => {
      restarting = undefined
    }, restMs).unref()
  }

  const keepPage = async () => pages.keep(await publisher.snapshot(board()), Date.now())
  await keepPage()
  const keeping = setInterval(() => void keepPage().catch(() => {}), everyMs)
  const bot = drawPictures({
    isWatched: () => (server?.usual.readers ?? 1) > 0,
    draw: async ({ cell, colour }) =>
      log.write(() => publisher.publish(board(), 'paint', { cell, colour }).then(offsetOf), cell, colour),
    board: async () => (await publisher.snapshot(board())).value,
  })

  async function answer(request: IncomingMessage): Promise<object | undefined> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://site')
    const number = (name: string) => Number(searchParams.get(name) ?? 0) || 0
    switch (`${request.method} ${pathname}`) {
      case `GET ${path}/log`:
        return log.readAfter(number('after'))
      case `GET ${path}/page`:
        return pages.oldest(Date.now() - number('ageMs'))
      case `POST ${path}/restart`: {
        if (!isOwnOrigin(new Headers({ host: String(request.headers.host), origin: String(request.headers.origin) })))
          return undefined
        restarting ??= restart()
        await restarting
        return {}
      }
    }
    return undefined
  }

  return {
    handle(request, response) {
      if (!isOfDemo(request)) return false
      if (server?.hub.handle(request, response)) return true
      response.setHeader('Cache-Control', 'no-store')
      const tell = (status: number, body: object) =>
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      answer(request).then(
        (body) => (body ? tell(200, body) : tell(server ? 404 : 503, {})),
        () => tell(500, {}),
      )
      return true
    },
    handleUpgrade(request, stream, head) {
      if (!isOfDemo(request)) return false
      if (server && request.url === `${path}/socket`) server.usual.takeUpgrade(request, stream, head)
      else if (!server?.hub.handleUpgrade(request, stream, head)) {
        // The server is down.
        stream.on('error', () => {})
        stream.destroy()
      }
      return true
    },
    async close() {
      clearInterval(keeping)
      bot.stop()
      server?.usual.close()
      await server?.hub.close()
    },
  }
}

function isOfDemo({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(`${path}/`)
}

function offsetOf({ position }: { readonly position: string }): number {
  return parseAt(position)?.offset ?? 0
}
