/** Kept pages of the handlers that people have. Each renders for nobody, and its visitors get what it would have answered. */
import { once } from 'node:events'
import { createServer, get, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { channel } from '@baro/core'
import { createHub, type Hub } from '@baro/server'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'

const news = channel('news', {
  events: { told: z.string() },
  state: { initial: () => 'nothing yet', on: { told: (_, { payload }) => payload } },
})

/** The same three pages by each framework: one that is written at once, one in two pieces, and one that is not there. */
type Serving = (keep: (handler: RequestListener) => Server, page: () => Promise<string>) => Promise<Server>

const type = 'text/html; charset=utf-8'

const frameworks: Readonly<Record<string, Serving>> = {
  async 'node:http'(keep, page) {
    return keep(async ({ url }, response) => {
      if (url === '/gone') return void response.writeHead(404).end('not found')
      response.writeHead(200, { 'Content-Type': type })
      if (url === '/pieces') response.write('<!doctype html>')
      response.end(await page())
    })
  },
  async express(keep, page) {
    const app = express()
    app.get('/', async (_request, response) => void response.type('html').send(await page()))
    app.get('/pieces', async (_request, response) => {
      response.type('html').write('<!doctype html>')
      response.end(await page())
    })
    return keep(app)
  },
  async fastify(keep, page) {
    const app = fastify({ serverFactory: (handler) => keep(handler) })
    app.get('/', async (_request, reply) => reply.type(type).send(await page()))
    app.get('/pieces', async (_request, reply) =>
      reply.type(type).send(Readable.from(['<!doctype html>', await page()])),
    )
    await app.ready()
    return app.server
  },
  async hono(keep, page) {
    const app = new Hono()
    app.get('/', async (context) => context.html(await page()))
    app.get('/pieces', async (context) => {
      const text = await page()
      const pieces = new ReadableStream({
        start(controller) {
          for (const piece of ['<!doctype html>', text]) controller.enqueue(new TextEncoder().encode(piece))
          controller.close()
        },
      })
      return context.body(pieces, 200, { 'Content-Type': type })
    })
    return keep(getRequestListener(app.fetch))
  },
}

let hub: Hub
let server: Server

beforeEach(() => {
  hub = createHub({ channels: [news] })
  hub.on(news, { access: 'public' })
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await hub.close()
})

interface Answered {
  readonly status: number
  readonly text: string
  readonly cache: string
  readonly headers: IncomingHttpHeaders
}

function ask(path: string, method = 'GET'): Promise<Answered> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, method, agent: false }, async (answer) => {
      let text = ''
      for await (const chunk of answer) text += chunk
      const { statusCode: status = 0, headers } = answer
      resolve({ status, text, cache: String(headers['cache-status']), headers })
    }).on('error', reject)
  })
}

test.each(Object.entries(frameworks))(
  '%s: kept, stale after a change, and rendered once for it',
  async (_, serving) => {
    let renders = 0
    const page = async () => {
      renders++
      const { value } = await hub.snapshot(news())
      return `<p>${value}</p>`
    }
    const policy = { maxAge: '1h', minInterval: 1 } as const
    server = await serving((handler) => createServer(hub.pages(handler, { policy })), page)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')

    for (const path of ['/', '/pieces']) {
      const whole = (value: string) => `${path === '/' ? '' : '<!doctype html>'}<p>${value}</p>`
      await hub.publish(news(), 'told', `before ${path}`)
      const before = renders
      const together = await Promise.all([ask(path), ask(path), ask(path)])
      for (const { status, text, headers } of together)
        expect([status, text, headers['content-type']]).toEqual([
          200,
          whole(`before ${path}`),
          expect.stringMatching(new RegExp(type, 'i')),
        ])
      const hit = await ask(path)
      expect([hit.text, hit.headers['content-length'], hit.headers.etag]).toEqual([
        whole(`before ${path}`),
        String(whole(`before ${path}`).length),
        expect.stringMatching(/^"[\w-]{22}"$/),
      ])
      expect(hit.cache).toMatch(/^Baro; hit; ttl=/)
      expect((await ask(path, 'HEAD')).headers['content-length']).toBe(hit.headers['content-length'])
      expect(renders - before).toBe(1)

      await hub.publish(news(), 'told', `after ${path}`)
      const stale = await ask(path)
      expect([stale.text, stale.cache]).toEqual([
        whole(`before ${path}`),
        expect.stringContaining('detail=behind; behind=1'),
      ])
      await expect.poll(async () => (await ask(path)).text).toBe(whole(`after ${path}`))
      expect(renders - before).toBe(2)
    }
    // What is not there is not kept, and the framework says it in its own words.
    for (let time = 0; time < 2; time++) expect(await ask('/gone')).toMatchObject({ status: 404 })
    expect((await ask('/gone')).cache).not.toContain('hit')
  },
)
