/** A hub whose pages are kept, on a real port, with a fake clock and a handler that a test controls. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AnyHandlers } from '../src/channel/handlers.ts'
import type { HubOptions } from '../src/hub/hub.ts'
import type { PagesOptions } from '../src/page-cache/keep-pages.ts'
import { room } from './fake-client.ts'
import { type Answer, type Asked, atEnd, type HttpStage, sendTo, serve } from './http-stage.ts'

/** Renders one page. */
export type Render = (request: IncomingMessage, response: ServerResponse, stage: HttpStage) => unknown

/** What a test has of a server of kept pages. */
export interface PagesStage extends HttpStage {
  /** Asks for a page, by GET if nothing else is said. */
  page(path?: string, asked?: Asked): Promise<Answer & { readonly cacheStatus: string }>
  /** The targets that were rendered, in their order. */
  readonly rendered: string[]
  /** How many requests have arrived. */
  readonly arrived: number
  /** Another handler from now on. */
  render: Render
  publish(text: string, id?: string): Promise<unknown>
}

/** A page that shows the first room and is fresh for an hour. */
export const roomPage: Render = async (_request, response, { hub }) => {
  const { value } = await hub.snapshot(room({ id: '1' }))
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.end(`<p>${(value as string[]).join(' ')}</p>`)
}

/** Serves kept pages. */
export async function servePages(
  render: Render = roomPage,
  pagesOptions: PagesOptions = { policy: { maxAge: '1h' } },
  options: Partial<HubOptions> = {},
  handlers: Partial<AnyHandlers> = {},
): Promise<PagesStage> {
  const stage = await serve(options, { access: 'public', ...handlers })
  const rendered: string[] = []
  const handler = async (request: IncomingMessage, response: ServerResponse) => {
    rendered.push(`${request.method} ${request.url}`)
    await pages.render(request, response, stage)
  }
  let arrived = 0
  const kept = stage.hub.pages(handler as never, pagesOptions)
  const server = createServer((request, response) => {
    arrived++
    kept(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const pages: PagesStage = Object.assign(Object.create(stage) as HttpStage & { readonly arrived: number }, {
    rendered,
    render,
    async page(path = '/', asked: Asked = {}) {
      const answer = await sendTo(port, path, asked).answer
      return Object.assign(answer, { cacheStatus: String(answer.headers['cache-status']) })
    },
    publish: (text: string, id = '1') => stage.hub.publish(room({ id }), 'message', { text }),
  })
  Object.defineProperty(pages, 'arrived', { get: () => arrived })
  return pages
}
