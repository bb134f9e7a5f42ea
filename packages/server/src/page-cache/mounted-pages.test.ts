/** Pages below a router, which takes the path at which it is mounted from `request.url`, and paths that have several spellings. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, test } from 'vitest'
import { atEnd, sendTo, serve } from '../../test/http-stage.ts'
import { servePages } from '../../test/pages-stage.ts'

const policy = { maxAge: '1h' } as const

async function onExpress(fill: (app: express.Express, stage: Awaited<ReturnType<typeof serve>>) => void) {
  const stage = await serve()
  const app = express()
  fill(app, stage)
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  const ask = (path: string, options: { readonly method?: string; readonly headers?: Record<string, string> } = {}) =>
    sendTo((server.address() as AddressInfo).port, path, options).answer
  return { ask, hub: stage.hub }
}

test('pages of two routers are two pages: what one lets nobody see, the other does not show', async () => {
  const { ask } = await onExpress((app, { hub }) => {
    const page = (text: string) => hub.pages((_, response) => void response.end(text), { policy, cookies: [] })
    app.use(
      '/admin',
      (request, response, next) =>
        request.headers.cookie === 'session=boss' ? next() : void response.status(401).end('who are you?'),
      express.Router().get('/', page('salaries of all')),
    )
    app.get('/', page('welcome'))
  })
  expect((await ask('/admin')).status).toBe(401)
  expect((await ask('/admin', { headers: { cookie: 'session=boss' } })).text).toBe('salaries of all')
  expect((await ask('/')).text).toBe('welcome')
})

test('a handler below a router gets the target below it, and the whole one beside it', async () => {
  const { ask } = await onExpress((app, { hub }) => {
    const page = hub.pages(
      (request, response) =>
        void response.end(`${request.url} of ${(request as { originalUrl?: string }).originalUrl}`),
      { policy, query: ['of'] },
    )
    app.use('/blog', express.Router().get('/:slug', page))
    app.use('/shop', express.Router().get('/:slug', page))
  })
  expect((await ask('/blog/hello?of=2&utm=3')).text).toBe('/hello?of=2 of /blog/hello?of=2')
  expect((await ask('/shop/hello?of=2')).text).toBe('/hello?of=2 of /shop/hello?of=2')
  expect((await ask('/blog/hello?of=2')).text).toBe('/hello?of=2 of /blog/hello?of=2')
})

test('what rewrites requests by who asks has a page for each', async () => {
  const { ask } = await onExpress((app, { hub }) => {
    app.use((request, _response, next) => {
      request.url = request.headers['x-group'] === 'b' ? '/b' : '/a'
      next()
    })
    app.use(hub.pages((request, response) => void response.end(request.url), { policy, cookies: [] }))
  })
  expect((await ask('/')).text).toBe('/a')
  expect((await ask('/', { headers: { 'x-group': 'b' } })).text).toBe('/b')
})

test('the policy, hub.revalidate and an unsafe request know a page of a router by what stands in its URL', async () => {
  let text = 'first'
  const paths: string[] = []
  const { ask, hub } = await onExpress((app, { hub }) => {
    const pages = hub.pages((_, response) => void response.end(text), {
      policy: (path) => {
        paths.push(path)
        return policy
      },
      cookies: [],
    })
    app.use('/blog', express.Router().all('/hello', pages))
  })
  expect((await ask('/blog/hello')).text).toBe('first')
  expect(paths).toEqual(['/blog/hello'])
  text = 'second'
  expect((await ask('/blog/hello')).text).toBe('first')
  await hub.revalidate('/blog/hello')
  expect((await ask('/blog/hello')).text).toBe('second')
  text = 'third'
  await ask('/blog/hello', { method: 'POST' })
  expect((await ask('/blog/hello')).text).toBe('third')
})

test.each(['/상품/42', '/상품/42'.normalize('NFD'), encodeURI('/상품/42'), encodeURI('/상품/42').toLowerCase()])(
  'hub.revalidate of the path %s reaches its page, however that was spelled',
  async (spelled) => {
    let text = 'old'
    const { page, hub } = await servePages((_, response) => void response.end(text))
    const asked = encodeURI('/상품/42')
    expect((await page(asked)).text).toBe('old')
    text = 'new'
    await hub.revalidate(spelled)
    expect((await page(asked)).text).toBe('new')
  },
)

test('a parameter that comes twice keeps its order, and others have one', async () => {
  const { page } = await servePages((request, response) => void response.end(request.url), {
    policy,
    query: ['sort', 'page'],
  })
  expect((await page('/?sort=price&page=2&sort=name')).text).toBe('/?page=2&sort=price&sort=name')
  expect((await page('/?sort=name&sort=price&page=2')).text).toBe('/?page=2&sort=name&sort=price')
})
