/** Kept pages over real HTTP: positions, flights, failures, two nodes. */

import { describe, expect, test } from 'vitest'
import { room } from '../../test/fake-client.ts'
import { type HttpStage, tick, until } from '../../test/http-stage.ts'
import { roomPage, servePages } from '../../test/pages-stage.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { createMemoryPageStore } from './memory-page-store.ts'

/** Kept pages whose first render answers when a test says so, with what it has read before. */
async function heldAtFirst(read: (stage: HttpStage) => Held | Promise<Held>) {
  let goOn = () => {}
  const pages = await servePages(async (_, response, stage) => {
    const { status, text } = await read(stage)
    if (pages.rendered.length === 1) await new Promise<void>((resolve) => (goOn = resolve))
    response.writeHead(status).end(text)
  })
  return { pages, goOn: () => goOn() }
}

interface Held {
  readonly status: number
  readonly text: string
}

describe('a kept page', () => {
  test('is answered without a render while its channels stand where it was rendered', async () => {
    const { page, publish, rendered, clock } = await servePages()
    await publish('one')
    expect(await page()).toMatchObject({ status: 200, text: '<p>one</p>', cacheStatus: 'Baro; fwd=uri-miss; stored' })
    await clock.pass(59_000)
    expect(await page()).toMatchObject({ text: '<p>one</p>', cacheStatus: 'Baro; hit; ttl=3541' })
    expect((await page()).headers.age).toBe('59')
    expect(rendered).toEqual(['GET /'])
  })

  test('I10: that is behind is marked stale at once where its node has published, and one render makes it right', async () => {
    const { page, publish, rendered, clock } = await servePages()
    await publish('one')
    await page()
    await clock.pass(1_000)
    await publish('two')
    expect(await page()).toMatchObject({
      text: '<p>one</p>',
      cacheStatus: 'Baro; hit; ttl=0; detail=behind; behind=1',
      headers: { 'cache-control': 'no-cache' },
    })
    await until(() => rendered.length === 2)
    await tick()
    expect(await page()).toMatchObject({ text: '<p>one two</p>', cacheStatus: 'Baro; hit; ttl=3600' })
  })

  test('is right although the change came while it was rendered, after its data was read', async () => {
    let goOn = () => {}
    const pages = await servePages(async (_request, response, stage) => {
      const { value } = await stage.hub.snapshot(room({ id: '1' }))
      if (pages.rendered.length === 1) await new Promise<void>((resolve) => (goOn = resolve))
      response.end(String(value))
    })
    await pages.publish('one')
    const first = pages.page()
    await until(() => pages.rendered.length === 1)
    await tick()
    await pages.publish('two')
    await pages.clock.pass(1_000)
    goOn()
    expect(await first).toMatchObject({ text: 'one' })
    // It was stored after the change, and is behind all the same.
    expect((await pages.page()).cacheStatus).toBe('Baro; hit; ttl=0; detail=behind; behind=1')
    await until(() => pages.rendered.length === 2)
    await tick()
    expect(await pages.page()).toMatchObject({ text: 'one,two', cacheStatus: 'Baro; hit; ttl=3600' })
  })

  test('may be behind as far as its policy says, and visitors of one that lacks more wait for the render', async () => {
    const policy = { maxAge: '1h', maxBehind: 1, waitBehind: 2, minInterval: '1s' } as const
    const { page, publish, clock } = await servePages(roomPage, { policy })
    await publish('one')
    await page()
    await clock.pass(1_000)
    await publish('two')
    expect((await page()).cacheStatus).toBe('Baro; hit; ttl=3599; behind=1')
    await publish('three')
    await publish('four')
    expect(await page()).toMatchObject({
      text: '<p>one two three four</p>',
      cacheStatus: 'Baro; fwd=stale; stored; detail=behind',
    })
  })

  test('is rendered at most once in its interval, however often its channel publishes', async () => {
    const { page, publish, rendered, clock } = await servePages(roomPage, {
      policy: { maxAge: '1h', minInterval: '10s' },
    })
    await page()
    for (let second = 0; second < 20; second++) {
      await clock.pass(500)
      await publish(`at ${second}`)
      await page()
      await tick()
    }
    expect(rendered.length).toBe(2)
  })

  test('is stale when its time is over, is served meanwhile, and waited for when that time is over too', async () => {
    const { page, rendered, clock } = await servePages((_, response) =>
      response.writeHead(200, { 'Cache-Control': 's-maxage=10, stale-while-revalidate=20' }).end('page'),
    )
    await page()
    expect((await page()).headers['cache-control']).toBe('s-maxage=10, stale-while-revalidate=20')
    await clock.pass(12_000)
    expect((await page()).cacheStatus).toBe('Baro; hit; ttl=-2; detail=time')
    await until(() => rendered.length === 2)
    await tick()
    await clock.pass(31_000)
    expect((await page()).cacheStatus).toBe('Baro; fwd=stale; stored; detail=time')
  })

  test('of who is in a channel does not become stale when people come and go', async () => {
    const { page, hub, rendered, clock } = await servePages(async (_, response, stage) => {
      await stage.hub.snapshot({ channel: 'baro~members:room:1' } as never).catch(() => {})
      response.end('page')
    })
    await page()
    await clock.pass(2_000)
    expect((await page()).cacheStatus).toMatch(/^Baro; hit/)
    expect(rendered.length).toBe(1)
    expect(hub.counters.published).toBe(0)
  })

  test('that was rendered elsewhere is judged by the snapshot that stands in its HTML', async () => {
    const forms = [
      (json: string) => `<script type="application/json">${json}</script>`,
      (json: string) => `<script>self.__next_f.push([1,${JSON.stringify(json)}])</script>`,
      (json: string) => `<div data-initial="${json.replaceAll('"', '&quot;')}"></div>`,
    ]
    for (const form of forms) {
      const pages = await servePages(async (_, response, { url }) => {
        const { snapshot, position } = (await (await fetch(url('/baro/channels/room:1'))).json()) as never
        response.end(form(JSON.stringify({ channel: 'room:1', position, version: '1', value: snapshot })))
      })
      await pages.publish('one')
      await pages.page()
      await pages.clock.pass(1_000)
      expect((await pages.page()).cacheStatus).toMatch(/^Baro; hit; ttl=3599$/)
      await pages.publish('two')
      expect((await pages.page()).cacheStatus).toMatch(/behind=1$/)
    }
  })

  test('of another life of its channel is not handed out', async () => {
    const pageStore = createMemoryPageStore()
    const before = await servePages(roomPage, undefined, { pageStore })
    await before.publish('one')
    await before.page()
    const after = await servePages(roomPage, undefined, { pageStore, broker: createMemoryBroker() })
    // Both servers have names of their own: the host is part of the key.
    const host = 'shop.example'
    await before.page('/', { headers: { host } })
    expect(await after.page('/', { headers: { host } })).toMatchObject({
      text: '<p></p>',
      cacheStatus: 'Baro; fwd=stale; stored; detail=epoch',
    })
    expect((await after.page('/', { headers: { host } })).cacheStatus).toMatch(/^Baro; hit/)
  })
})

describe('a render', () => {
  test('is one for 200 who ask at once after a change', async () => {
    const pages = await servePages(roomPage, { policy: { maxAge: '1h', waitBehind: 0 } })
    await pages.page()
    await pages.clock.pass(1_000)
    await pages.publish('two')
    pages.render = async (request, response, stage) => {
      await until(() => pages.arrived === 201)
      await roomPage(request, response, stage)
    }
    const answers = await Promise.all(Array.from({ length: 200 }, () => pages.page()))
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['<p>two</p>']))
    expect(pages.rendered.length).toBe(2)
    expect(answers.filter(({ cacheStatus }) => cacheStatus.includes('collapsed')).length).toBe(199)
  })

  test.each<[string, (response: { writeHead(status: number): { end(): unknown } }) => unknown]>([
    ['throws', () => Promise.reject(new Error('the database is gone'))],
    ['answers with an error', (response) => response.writeHead(500).end()],
  ])('that %s leaves the page that was there, says so in the log, and is tried again later', async (_, fail) => {
    const pages = await servePages()
    await pages.publish('one')
    await pages.page()
    await pages.clock.pass(1_000)
    await pages.publish('two')
    pages.render = (_request, response) => fail(response as never)
    expect(await pages.page()).toMatchObject({ status: 200, text: '<p>one</p>' })
    await until(() => pages.log.errors.length === 1)
    expect(pages.log.errors[0]).toMatch(/^The render of "\/" /)
    expect(await pages.page()).toMatchObject({
      text: '<p>one</p>',
      cacheStatus: expect.stringContaining('detail=render-failed'),
    })
    expect(pages.rendered.length).toBe(2)
    pages.render = roomPage
    await pages.clock.pass(5_000)
    await pages.page()
    await until(() => pages.rendered.length === 3)
    await tick()
    expect((await pages.page()).text).toBe('<p>one two</p>')
  })

  test('that hangs is over after its time: who waits gets the page that was there, or 504', async () => {
    const pages = await servePages(roomPage, { policy: { maxAge: '1h', waitBehind: 0 }, renderTimeout: '3s' })
    await pages.publish('one')
    await pages.page()
    await pages.clock.pass(1_000)
    await pages.publish('two')
    let closed = 0
    pages.render = (_request, response) => response.on('close', () => closed++)
    const [old, none] = [pages.page(), pages.page('/new')]
    await until(() => pages.rendered.length === 3)
    await pages.clock.pass(3_000)
    expect(await old).toMatchObject({
      status: 200,
      text: '<p>one</p>',
      cacheStatus: expect.stringContaining('render-late'),
    })
    expect((await none).status).toBe(504)
    await until(() => closed === 2)
    expect(pages.log.errors.length).toBe(2)
    pages.render = roomPage
    await pages.clock.pass(5_000)
    expect((await pages.page()).text).toBe('<p>one two</p>')
  })

  test('sees nothing of who asks but what is in the key', async () => {
    const seen: unknown[] = []
    const pages = await servePages(
      (request, response) => {
        seen.push({ ...request.headers, address: request.socket.remoteAddress, url: request.url })
        response.end('page')
      },
      { policy: { maxAge: '1h' }, cookies: ['lang'], query: ['page'] },
    )
    await pages.page('/?utm=1&page=2', {
      headers: {
        host: 'a.example',
        cookie: 'session=secret; lang=ko',
        'x-forwarded-host': 'evil.example',
        'user-agent': 'bot',
      },
    })
    expect(seen).toEqual([{ host: 'a.example', cookie: 'lang=ko', address: undefined, url: '/?page=2' }])
    await pages.page('/?page=2&utm=2', { headers: { host: 'a.example', cookie: 'lang=ko; session=other' } })
    expect(pages.rendered.length).toBe(1)
    await pages.page('/?page=2', { headers: { host: 'a.example', cookie: 'lang=en' } })
    expect(pages.rendered.length).toBe(2)
  })

  test('of a path that the policy leaves out is none: the handler runs once, with all that its visitor sent', async () => {
    const { page, rendered } = await servePages(
      (request, response) => response.end(`${request.headers.cookie} ${request.headers['user-agent']}`),
      { policy: (path) => (path.startsWith('/account/') ? undefined : { maxAge: '1h' }), cookies: [] },
    )
    const headers = { cookie: 'session=1', 'user-agent': 'Ada' }
    expect((await page('/account/leave', { headers })).text).toBe('session=1 Ada')
    expect(rendered).toEqual(['GET /account/leave'])
    expect((await page('/news', { headers })).text).toBe('undefined undefined')
  })

  test('that reads a channel with a rule, or as a user, throws with the path of the page', async () => {
    const { page, log, hub } = await servePages(
      async (request, response, stage) => {
        if (request.url === '/as-user') stage.hub.open({ user: { id: 'ada' } })
        else await stage.hub.snapshot(room({ id: '1' }))
        response.end('page')
      },
      { policy: (path) => (path === '/mine' ? undefined : { maxAge: '1h' }) },
      {},
      { access: () => true },
    )
    expect((await page('/ours')).status).toBe(500)
    expect(log.errors[0]).toContain(
      '"room:1" is not public, and "/ours" is rendered for a cache that all visitors share.',
    )
    expect((await page('/as-user')).status).toBe(500)
    expect(log.errors[1]).toContain('"/as-user"')
    expect((await page('/mine')).text).toBe('page')
    expect(hub.counters.published).toBe(0)
  })
})

describe('two nodes with one store and one broker', () => {
  const host = 'shop.example'

  async function nodes() {
    const shared = { pageStore: createMemoryPageStore(), broker: createMemoryBroker() }
    const [one, other] = [await servePages(roomPage, undefined, shared), await servePages(roomPage, undefined, shared)]
    const renders = () => one.rendered.length + other.rendered.length
    const ask = (node: typeof one) => node.page('/', { headers: { host } })
    return { one, other, renders, ask }
  }

  test('share no page with another build: it names scripts that the other does not have', async () => {
    const shared = { pageStore: createMemoryPageStore(), broker: createMemoryBroker() }
    const ofBuild = (build: string) =>
      servePages(
        (_request, response) => void response.end(`<script src="/${build}.js"></script>`),
        { build, policy: { maxAge: '1h' } },
        shared,
      )
    const [old, next, replica] = [await ofBuild('a1'), await ofBuild('b2'), await ofBuild('b2')]
    const ask = (node: typeof old) => node.page('/', { headers: { host } })
    expect((await ask(old)).text).toContain('/a1.js')
    expect((await ask(next)).text).toContain('/b2.js')
    for (const node of [old, replica]) expect((await ask(node)).cacheStatus).toContain('hit')
  })

  test('serve what either has rendered, are stale within a second of a change, and render once', async () => {
    const { one, other, renders, ask } = await nodes()
    await one.publish('one')
    await ask(one)
    expect((await ask(other)).cacheStatus).toMatch(/^Baro; hit/)
    expect(renders()).toBe(1)
    await one.publish('two')
    // Nobody has told the other node, which asks where the channel stands once in a second.
    for (const { clock } of [one, other]) await clock.pass(1_000)
    const both = await Promise.all([ask(one), ask(other)])
    for (const { cacheStatus, text } of both)
      expect([cacheStatus.includes('behind'), text]).toEqual([true, '<p>one</p>'])
    await until(() => renders() === 2)
    await tick()
    for (const answer of [await ask(one), await ask(other)]) expect(answer.text).toBe('<p>one two</p>')
    expect(renders()).toBe(2)
  })

  test('I10: know at once what is published by the other, where somebody here follows the channel', async () => {
    const { one, other, ask } = await nodes()
    await one.publish('one')
    await ask(other)
    const guest = other.hub.open()
    const heard: unknown[] = []
    guest.follow(room({ id: '1' }), undefined, {
      delivered: ({ publications }) => heard.push(...publications),
      reset: (reason) => heard.push(reason),
      failed: (error) => heard.push(error),
    })
    await until(() => heard.length === 1)
    // Asked for now, and kept for a second.
    expect((await ask(other)).cacheStatus).toMatch(/ttl=3600$/)
    await other.clock.pass(100)
    await one.publish('two')
    await until(() => heard.length === 2)
    expect((await ask(other)).cacheStatus).toMatch(/behind=1$/)
    guest.end()
  })

  test('let who asks after a mark wait for no render of the other that had begun before it', async () => {
    const { one, other, ask } = await nodes()
    let goOn = () => {}
    one.render = async (_request, response) => {
      await new Promise<void>((resolve) => (goOn = resolve))
      response.end('from before')
    }
    const before = ask(one)
    await until(() => one.rendered.length === 1)
    await other.hub.revalidate('/')
    const after = ask(other)
    await until(() => other.arrived === 1)
    goOn()
    expect((await before).text).toBe('from before')
    await tick()
    // A look of a node that waits, and not the time that a render may take.
    await other.clock.pass(50)
    expect((await after).text).toBe('<p></p>')
  })
})

describe('on demand', () => {
  test('the pages of a path and of a channel are rendered for their next visitor, also if their render runs', async () => {
    const pages = await servePages()
    await pages.publish('one')
    await pages.page('/a')
    await pages.page('/b')
    await pages.hub.revalidate('/a')
    expect((await pages.page('/a')).cacheStatus).toBe('Baro; fwd=stale; stored; detail=marked')
    expect((await pages.page('/b')).cacheStatus).toMatch(/^Baro; hit/)
    await pages.hub.revalidate(room({ id: '1' }))
    for (const path of ['/a', '/b']) expect((await pages.page(path)).cacheStatus).toContain('detail=marked')
    expect((await pages.page('/a')).cacheStatus).toMatch(/^Baro; hit/)
    await expect(pages.hub.revalidate('a b')).rejects.toThrow('is no path of a page')
  })

  test('who asks after a mark gets no page of a render that had begun before it', async () => {
    const { pages, goOn } = await heldAtFirst(async ({ hub }) => {
      const { value } = await hub.snapshot(room({ id: '1' }))
      return { status: 200, text: (value as string[]).join(' ') }
    })
    await pages.publish('one')
    const before = pages.page()
    await until(() => pages.rendered.length === 1)
    await pages.publish('two')
    await pages.hub.revalidate('/')
    const after = Array.from({ length: 20 }, () => pages.page())
    await until(() => pages.arrived === 21)
    goOn()
    expect((await before).text).toBe('one')
    for (const answer of await Promise.all(after)) expect(answer.text).toBe('one two')
    expect(pages.rendered.length).toBe(2)
  })

  test('who asks after a mark is not told of a render before it that there is no such page', async () => {
    let articles: string[] = []
    const { pages, goOn } = await heldAtFirst(() =>
      articles.length === 0 ? { status: 404, text: 'none' } : { status: 200, text: articles.join() },
    )
    const before = pages.page('/article')
    await until(() => pages.rendered.length === 1)
    articles = ['text']
    await pages.hub.revalidate('/article')
    const after = pages.page('/article')
    await until(() => pages.arrived === 2)
    goOn()
    expect((await before).status).toBe(404)
    expect((await after).text).toBe('text')
  })

  test('a mark that comes during a render counts for what it renders', async () => {
    let goOn = () => {}
    const pages = await servePages(async (_, response) => {
      if (pages.rendered.length === 1) await new Promise<void>((resolve) => (goOn = resolve))
      response.end('page')
    })
    const first = pages.page()
    await until(() => pages.rendered.length === 1)
    await pages.hub.revalidate('/')
    goOn()
    await first
    await tick()
    expect((await pages.page()).cacheStatus).toContain('detail=marked')
  })
})
