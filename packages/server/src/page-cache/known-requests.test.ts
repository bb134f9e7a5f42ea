import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { KnownRequests } from './known-requests.ts'
import type { PageKeying } from './page-request.ts'

const keying: PageKeying = {
  query: new Set(['page']),
  cookies: new Set(['lang']),
  build: 'b1',
  languages: ['en', 'ko'],
  headers: ['accept', 'accept-language', 'rsc'],
}

interface Said {
  readonly url?: string
  readonly method?: string
  readonly isEncrypted?: boolean
  readonly headers?: IncomingHttpHeaders
}

function asked({ url = '/', method = 'GET', isEncrypted = false, headers = {} }: Said): IncomingMessage {
  const socket = isEncrypted ? { encrypted: true } : {}
  return { url, method, socket, headers: { host: 'a.example', ...headers } } as unknown as IncomingMessage
}

function told(requests: KnownRequests, said: Said): unknown {
  const page = requests.pageOf(asked(said))
  if (typeof page === 'string') return page
  const { key, path, url } = page
  return {
    key,
    path,
    url,
    headers: page.headers(),
    variants: [['rsc'], ['accept', 'rsc']].map((vary) => page.variantKey(vary)),
  }
}

const requests: readonly Said[] = [
  {},
  { method: 'HEAD' },
  { method: 'POST' },
  { isEncrypted: true },
  { url: '/?page=2' },
  { url: '/?page=2&utm=1' },
  { headers: { host: 'b.example' } },
  { headers: { cookie: 'lang=ko' } },
  { headers: { cookie: 'lang=ko; session=1' } },
  { headers: { accept: 'text/html' } },
  { headers: { 'accept-language': 'ko' } },
  { headers: { 'accept-language': 'ko-KR, en;q=0.5' } },
  { headers: { 'accept-language': 'fr' } },
  { headers: { rsc: '1' } },
  { headers: { 'user-agent': 'Ada' } },
  { headers: { authorization: 'Bearer a' } },
  { headers: { 'content-length': '2' } },
  { headers: { 'transfer-encoding': 'chunked' } },
  { headers: { 'x-forwarded-host': 'c.example' } },
  { headers: { 'x-forwarded-proto': 'https' } },
]

describe('which page a request is for', () => {
  test.each([0, 1])('does not depend on who asked before, with %i proxies', (trustProxy) => {
    for (const before of requests)
      for (const said of requests) {
        const known = new KnownRequests(keying, trustProxy)
        known.pageOf(asked(before))
        const alone = told(new KnownRequests(keying, trustProxy), said)
        expect([before, said, told(known, said)]).toEqual([before, said, alone])
        expect([before, said, told(known, said)]).toEqual([before, said, alone])
      }
  })

  test('is known of who asks in the same words', () => {
    const known = new KnownRequests(keying, 0)
    expect(known.pageOf(asked({ headers: { 'user-agent': 'Ada' } }))).toBe(known.pageOf(asked({})))
  })

  test('I7: is known of so many, and not of what is long', () => {
    const known = new KnownRequests(keying, 0)
    for (let page = 0; page < 2_000; page++) known.pageOf(asked({ url: `/${page}` }))
    expect(known.size).toBeLessThanOrEqual(500)
    const before = known.size
    known.pageOf(asked({ url: '/long', headers: { accept: 'a'.repeat(1_000) } }))
    expect(known.size).toBe(before)
  })
})
