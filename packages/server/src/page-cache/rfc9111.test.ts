/** What a shared cache may do, case by case, over real HTTP (RFC 9111, RFC 9110, RFC 9211). */
import type { OutgoingHttpHeaders } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { tick } from '../../test/http-stage.ts'
import { servePages } from '../../test/pages-stage.ts'
import { readCacheControl } from './cache-control.ts'
import { codingFor } from './page-tag.ts'

const html = `<html>${'Baro '.repeat(400)}</html>`

/** Serves a page with these headers, and nothing but what it says of itself. */
function serving(headers: OutgoingHttpHeaders, { status = 200, body = html } = {}) {
  const all = { 'Content-Type': 'text/html', ...headers }
  return servePages((_, response) => response.writeHead(status, all).end(body), {
    headers: ['X-Theme'],
    cookies: undefined as never,
  })
}

const kept = 'Baro; hit; ttl='
const control = (text: string) => ({ 'Cache-Control': text })

describe('an answer is kept', () => {
  test.each<[string, OutgoingHttpHeaders, number]>([
    ['s-maxage', control('s-maxage=10'), 10],
    ['max-age', control('max-age=10'), 10],
    ['s-maxage before max-age', control('max-age=99, s-maxage=10'), 10],
    ['upper case, spaces and quotes', control('PUBLIC , S-MaxAge = "10"'), 10],
    ['directives that nobody knows', control('max-age=10, community="UCI, b"'), 10],
    ['must-revalidate', control('s-maxage=10, must-revalidate'), 10],
    ['Vary: Accept-Encoding, which is ours to do', { ...control('max-age=10'), Vary: 'Accept-Encoding' }, 10],
  ])('with %s', async (_, headers, ttl) => {
    const { page, rendered } = await serving(headers)
    expect((await page()).cacheStatus).toBe('Baro; fwd=uri-miss; stored')
    await tick()
    expect((await page()).cacheStatus).toBe(`${kept}${ttl}`)
    expect(rendered.length).toBe(1)
  })
})

describe('an answer is not kept', () => {
  test.each<[string, OutgoingHttpHeaders, { status?: number }?]>([
    ['that says nothing', {}],
    ['with no-store', control('no-store, max-age=10')],
    ['with private', control('private, max-age=10')],
    ['with private fields', control('private="set-cookie", max-age=10')],
    ['with no-cache', control('no-cache, max-age=10')],
    ['with Set-Cookie', { ...control('s-maxage=10'), 'Set-Cookie': 'a=b' }],
    ['with Vary: *', { ...control('s-maxage=10'), Vary: '*' }],
    ['that is compressed already', { ...control('s-maxage=10'), 'Content-Encoding': 'zstd' }],
    ['that is a redirect', { ...control('s-maxage=10'), Location: '/login' }, { status: 302 }],
    ['that is an error', control('s-maxage=10'), { status: 500 }],
    ['that is not found', control('s-maxage=10'), { status: 404 }],
    ['of a part', control('s-maxage=10'), { status: 206 }],
  ])('%s', async (_, headers, options) => {
    const { page, clock } = await serving(headers, options)
    for (let time = 0; time < 3; time++) {
      const { cacheStatus, headers: got } = await page()
      expect(cacheStatus).not.toContain('hit')
      expect(cacheStatus).not.toContain('stored')
      expect(got.age).toBeUndefined()
      await clock.pass(6_000)
    }
  })
})

describe('a request goes past', () => {
  test.each<[string, string, OutgoingHttpHeaders | undefined, string?]>([
    ['with Authorization', '/', { authorization: 'Bearer ada' }],
    ['with cookies', '/', { cookie: 'session=1' }],
    ['with a query', '/?q=1', undefined],
    ['by POST', '/', undefined, 'POST'],
    ['by PUT', '/', undefined, 'PUT'],
  ])('%s', async (_, path, headers, method = 'GET') => {
    const { page, rendered } = await serving(control('s-maxage=10'))
    for (let time = 0; time < 2; time++)
      expect((await page(path, { method, ...(headers && { headers }) })).cacheStatus).toBe(
        method === 'GET' ? 'Baro; fwd=bypass' : 'Baro; fwd=method',
      )
    expect(rendered).toEqual([`${method} ${path}`, `${method} ${path}`])
  })

  test('and by an unsafe method makes its page stale, unless it failed', async () => {
    const stage = await serving(control('s-maxage=10'))
    await stage.page()
    stage.render = (_, response) => response.writeHead(422).end()
    await stage.page('/', { method: 'POST' })
    expect((await stage.page()).cacheStatus).toContain('hit')
    stage.render = (_, response) => response.writeHead(303, { Location: '/' }).end()
    await stage.page('/', { method: 'POST' })
    stage.render = (_, response) => response.writeHead(200, control('s-maxage=10')).end('new')
    expect(await stage.page()).toMatchObject({ text: 'new', cacheStatus: 'Baro; fwd=stale; stored; detail=marked' })
  })
})

describe('Vary', () => {
  test('keeps a page for each value of its header that a render got to see, whatever its spaces', async () => {
    const stage = await servePages(
      (request, response) =>
        response
          .writeHead(200, { ...control('s-maxage=10'), Vary: 'X-Theme, User-Agent' })
          .end(`${request.headers['x-theme']} ${request.headers['user-agent']}`),
      { headers: ['X-Theme'] },
    )
    const ask = async (theme: string, agent: string) => {
      const { text, cacheStatus } = await stage.page('/', { headers: { 'x-theme': theme, 'user-agent': agent } })
      await tick()
      return `${text} ${cacheStatus.includes('hit') ? 'hit' : 'rendered'}`
    }
    expect(await ask('dark', 'a')).toBe('dark undefined rendered')
    expect(await ask('light', 'a')).toBe('light undefined rendered')
    expect(await ask('dark', 'b')).toBe('dark undefined hit')
    expect(await ask(' light', 'b')).toBe('light undefined hit')
  })

  test('keeps one page for each language that the application has, however a browser spells what it wants', async () => {
    const { page, rendered } = await servePages(
      (request, response) =>
        response
          .writeHead(200, { ...control('s-maxage=10'), Vary: 'Accept-Language' })
          .end(request.headers['accept-language']),
      { languages: ['en', 'ko'] },
    )
    const ask = async (headers: OutgoingHttpHeaders) => {
      const { text } = await page('/', { headers })
      await tick()
      return text
    }
    for (const spelled of ['ko', 'ko-KR,ko;q=0.9,en;q=0.8', 'ja, ko;q=0.1'])
      expect(await ask({ 'accept-language': spelled })).toBe('ko')
    for (const spelled of ['en-GB', 'fr', '*']) expect(await ask({ 'accept-language': spelled })).toBe('en')
    // Who says nothing is everybody else.
    expect(await ask({})).toBe('en')
    expect(rendered).toHaveLength(2)
  })

  test.each([[['en', '']], [['en_US!']], [[]], ['en']])(
    'languages that are none are refused: %j',
    async (languages) => {
      const pages = servePages(undefined, { languages: languages as readonly string[] })
      await expect(pages).rejects.toMatchObject({ code: 'bad-definition', message: expect.stringContaining('"ko"') })
    },
  )

  test('is told to the caches behind, with the coding', async () => {
    const { page } = await serving({ ...control('s-maxage=10'), Vary: 'Accept-Language' })
    await page()
    await tick()
    expect((await page()).headers.vary).toBe('Accept-Language, Accept-Encoding')
  })
})

describe('a kept page', () => {
  async function keptPage(headers: OutgoingHttpHeaders = {}) {
    const stage = await serving({ ...control('s-maxage=10, stale-while-revalidate=5'), ...headers })
    await stage.page()
    // Compressed, and kept.
    while (!(await stage.page('/', { headers: { 'accept-encoding': 'br' } })).headers['content-encoding']) await tick()
    return stage
  }

  test('has its age, its date, a strong tag and the length of its bytes', async () => {
    const { page, clock } = await keptPage()
    const rendered = new Date(clock.now()).toUTCString()
    await clock.pass(3_500)
    const { headers, text } = await page()
    expect(headers).toMatchObject({ age: '3', date: rendered, 'content-length': String(text.length) })
    expect(headers.etag).toMatch(/^"[\w-]{22}"$/)
  })

  test('is compressed once for each coding, with a tag for each', async () => {
    const { page } = await keptPage()
    const of = (coding: string) => page('/', { headers: { 'accept-encoding': coding } })
    const [plain, gzip, br] = [await of('identity'), await of('gzip'), await of('gzip, br')]
    expect(gunzipSync(gzip.bytes).toString()).toBe(html)
    expect(brotliDecompressSync(br.bytes).toString()).toBe(html)
    expect(new Set([plain, gzip, br].map(({ headers }) => headers.etag)).size).toBe(3)
  })

  test.each<[string, (tag: string) => OutgoingHttpHeaders, number]>([
    ['its tag', (tag) => ({ 'if-none-match': tag }), 304],
    ['a weak form of its tag', (tag) => ({ 'if-none-match': `W/${tag}` }), 304],
    ['the tag of another coding', (tag) => ({ 'if-none-match': tag.replace(/"$/, '+gzip"') }), 304],
    ['a list with its tag', (tag) => ({ 'if-none-match': `"a, b", ${tag}` }), 304],
    ['any tag', () => ({ 'if-none-match': '*' }), 304],
    ['another tag', () => ({ 'if-none-match': '"other"' }), 200],
    ['no tag at all', () => ({ 'if-none-match': '' }), 200],
    [
      'another tag and a later time',
      () => ({ 'if-none-match': '"other"', 'if-modified-since': 'Mon, 01 Jan 2029 00:00:00 GMT' }),
      200,
    ],
    ['a later time', () => ({ 'if-modified-since': 'Mon, 01 Jan 2029 00:00:00 GMT' }), 304],
    ['an earlier time', () => ({ 'if-modified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' }), 200],
    ['a time that is none', () => ({ 'if-modified-since': 'yesterday' }), 200],
  ])('is asked for with %s', async (_, headersFor, status) => {
    const { page } = await keptPage({ 'Last-Modified': 'Sun, 01 Jan 2023 00:00:00 GMT' })
    const { etag = '' } = (await page()).headers
    const answer = await page('/', { headers: headersFor(etag) })
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({ etag, 'cache-control': 's-maxage=10, stale-while-revalidate=5', age: '0' })
    expect(answer.text).toBe(status === 304 ? '' : html)
  })

  test('answers HEAD with the head of GET and without a body, and is rendered by GET', async () => {
    const { page, rendered } = await serving(control('s-maxage=10'))
    const first = await page('/', { method: 'HEAD' })
    await tick()
    const [head, get] = [await page('/', { method: 'HEAD' }), await page()]
    for (const { status, text, headers } of [first, head]) {
      expect([status, text]).toEqual([200, ''])
      expect(headers['content-length']).toBe(get.headers['content-length'])
    }
    expect(rendered).toEqual(['GET /'])
  })

  test('is served stale as long as it says, with words that no other cache takes for fresh', async () => {
    const { page, clock } = await keptPage()
    await clock.pass(12_000)
    const { headers, cacheStatus } = await page()
    expect(cacheStatus).toBe('Baro; hit; ttl=-2; detail=time')
    expect(headers['cache-control']).toBe('no-cache')
  })

  test('only-if-cached renders nothing', async () => {
    const { page, rendered } = await serving(control('s-maxage=10'))
    expect((await page('/', { headers: control('only-if-cached') })).status).toBe(504)
    expect(rendered).toEqual([])
  })

  test('keeps nothing of one connection or one moment', async () => {
    const { page } = await keptPage({
      Connection: 'close',
      'Keep-Alive': 'timeout=1',
      Age: '99',
      ETag: '"own"',
      'X-Own': 'a',
    })
    const { headers } = await page()
    expect(headers).toMatchObject({ 'x-own': 'a', age: '0' })
    expect(headers.etag).not.toBe('"own"')
    expect(headers['keep-alive']).not.toBe('timeout=1')
  })
})

test('of a directive that comes twice the first counts, and a value may be quoted', () => {
  expect({ ...readCacheControl('max-age=1, max-age=2, private="a, b\\"c"') }).toEqual({
    'max-age': '1',
    private: 'a, b"c',
  })
})

test.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['br;q=0, gzip;q=0.1', 'gzip'],
  ['br;q=0.2, gzip;q=0.9', 'gzip'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['identity', 'identity'],
  ['', 'identity'],
  ['zstd', 'identity'],
])('Accept-Encoding: %s gets %s', (header, coding) => {
  // It is read once, and not by what was there then.
  expect([codingFor(header, () => true), codingFor(header, () => false)]).toEqual([coding, 'identity'])
})
