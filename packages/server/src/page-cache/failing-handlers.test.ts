/** What comes of handlers that throw, and of answers that are not for everybody. */
import { expect, test } from 'vitest'
import { atEnd, tick, wall } from '../../test/http-stage.ts'
import { servePages } from '../../test/pages-stage.ts'

const policy = { maxAge: '1h' } as const

/** The rejections that nobody caught: Node ends a process for one. */
function uncaught(): readonly unknown[] {
  const seen: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error) => seen.push(error))
  atEnd(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
  })
  return seen
}

test.each([
  ['a page that is kept', '/', {}],
  ['a request that goes past the cache', '/?utm_source=x', {}],
  ['a request with credentials', '/', { headers: { authorization: 'Bearer x' } }],
])('a handler that rejects answers 500 to %s, with a line in the log', async (_, path, options) => {
  const seen = uncaught()
  const { page, log } = await servePages(
    async () => {
      throw new Error('the database is gone')
    },
    { policy },
  )
  expect((await page(path, options)).status).toBe(500)
  expect(log.errors.at(-1)).toContain('the database is gone')
  await tick()
  expect(seen).toEqual([])
})

test('an answer that is destroyed midway is a failed render at once', async () => {
  const { page, log } = await servePages((_request, response) => {
    response.write('the beginning')
    response.destroy(new Error('the source broke'))
  })
  expect((await page()).status).toBe(500)
  expect(log.errors.at(-1)).toContain('the source broke')
})

test.each([404, 500])('a page that says private and %d to who is not signed in is there for who is', async (status) => {
  const { page, rendered } = await servePages(
    (request, response) => {
      const isSignedIn = request.headers.cookie === 'session=ada'
      response.setHeader('Cache-Control', 'private, no-cache, no-store, max-age=0, must-revalidate')
      response.writeHead(isSignedIn ? 200 : status).end(isSignedIn ? 'your account' : 'nothing here')
    },
    { policy, cookies: [] },
  )
  const ada = { headers: { cookie: 'session=ada' } }
  expect(await page('/account', ada)).toMatchObject({ status: 200, text: 'your account' })
  expect(await page('/account', ada)).toMatchObject({ status: 200, text: 'your account' })
  // Nobody else gets it, and what the render came to is the answer to who sends no cookie.
  expect(await page('/account')).toMatchObject({ status, text: 'nothing here' })
  const before = rendered.length
  expect(await page('/other')).toMatchObject({ status, text: 'nothing here' })
  expect(rendered.length - before).toBe(1)
})

test('a page of all whose render fails for now stays, also for who is signed in and where the failure says private', async () => {
  let fails = false
  const { page, clock } = await servePages(
    (_request, response) => {
      if (fails) response.writeHead(500, { 'Cache-Control': 'private, no-store' }).end('failed')
      else response.end('the page')
    },
    { policy: { maxAge: '10s', maxStale: '1s' }, cookies: [] },
  )
  const ada = { headers: { cookie: 'session=ada' } }
  expect((await page('/', ada)).text).toBe('the page')
  fails = true
  await clock.pass(20_000)
  expect((await page('/', ada)).text).toBe('the page')
})

test('what was taken back while a render ran that failed is handed out to nobody', async () => {
  let goOn = () => {}
  let fails = false
  const { hub, page, clock, rendered } = await servePages(
    async (_request, response, stage) => {
      const { value } = await stage.hub.snapshot(wall({ id: 1 }))
      if (fails) {
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        throw new Error('a fault of the application')
      }
      response.end(JSON.stringify(value))
    },
    { policy: { maxAge: '1h', waitBehind: 0 } },
  )
  await hub.publish(wall({ id: 1 }), 'message', 'secret', { id: 'the-secret' })
  expect((await page()).text).toContain('secret')
  await clock.pass(2_000)
  await hub.publish(wall({ id: 1 }), 'message', 'more')
  fails = true
  const waiting = page()
  while (rendered.length < 2) await tick()
  await tick()
  await hub.redact(wall({ id: 1 }), 'the-secret')
  goOn()
  const { text, status } = await waiting
  expect(status).toBe(500)
  expect(text).not.toContain('secret')
})
