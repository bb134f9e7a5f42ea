/**
 * A server of one page, in a process of its own: `buffer`, the floor, or `hub`. It prints its port; for each line that it
 * reads it prints its memory, `fill` first makes ten thousand pages.
 */
import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import { createHub, createMemoryPageStore } from '@baro/server'
import { headline, rows } from './channel.ts'

const [kind] = process.argv.slice(2)

const htmlOf = (value: string, position: string) =>
  `<!doctype html><html lang="en"><title>${value}</title><main data-position="${position}"><h1>${value}</h1>${rows
    .map((row) => `<p class="row">${row}</p>`)
    .join('')}</main></html>`

/** What a server can do at least: one Buffer, made before. It knows the tag of its page too, and has a compressed form. */
function bufferHandler(): RequestListener {
  const body = Buffer.from(htmlOf('Nothing yet', '1a.0'))
  const compressed = gzipSync(body)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return ({ headers }, response) => {
    if (headers['if-none-match'] === etag) return void response.writeHead(304, { ETag: etag }).end()
    const isCompressed = headers['accept-encoding']?.includes('gzip')
    const bytes = isCompressed ? compressed : body
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': bytes.length,
      ETag: etag,
      ...(isCompressed && { 'Content-Encoding': 'gzip' }),
    })
    response.end(bytes)
  }
}

function hubHandler(): RequestListener {
  const hub = createHub({ channels: [headline], pageStore: createMemoryPageStore({ maxBytes: 1 << 30 }) })
  hub.on(headline, { access: 'public' })
  return hub.pages(
    async (_request, response) => {
      const { value, position } = await hub.snapshot(headline())
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(htmlOf(value, position))
    },
    { policy: { maxAge: '1h' }, cookies: [], query: ['page'] },
  )
}

const server = createServer(kind === 'hub' ? hubHandler() : bufferHandler())
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { port } = server.address() as AddressInfo
  if (line === 'fill')
    for (let page = 0; page < 10_000; page++)
      await (await fetch(`http://127.0.0.1:${port}/?page=${page}`)).arrayBuffer()
  globalThis.gc?.()
  console.log(process.memoryUsage().rss)
})
