import { describe, expect, test } from 'vitest'
import { RecordedLog } from '../../test/fake-client.ts'
import { canonicalHost } from './arrival.ts'
import { createOriginCheck } from './origins.ts'

function setUp(options: { readonly origins?: readonly string[]; readonly development?: boolean } = {}) {
  const log = new RecordedLog()
  const isAllowed = createOriginCheck({ origins: [], development: false, log, ...options })
  return {
    log,
    from: (origin: string | undefined, host = 'shop.example', scheme?: 'http' | 'https') =>
      isAllowed({ headers: { origin }, host, ...(scheme && { scheme }) }),
  }
}

describe('an origin', () => {
  test('that serves the page itself is allowed, port and all', () => {
    const { from } = setUp()
    expect(from('https://shop.example')).toBe(true)
    expect(from('http://localhost:3000', 'localhost:3000')).toBe(true)
    expect(from('http://localhost:3001', 'localhost:3000')).toBe(false)
    expect(from('https://shop.example.evil.example')).toBe(false)
  })

  test.each([
    ['https://shop.example', 'shop.example:443'],
    ['https://shop.example', 'shop.example:80'],
    ['https://shop.example', 'SHOP.example'],
    ['https://shop.example', 'shop.example.'],
    ['https://shop.example', 'shop.example.:443'],
    ['https://shop.example.', 'shop.example'],
    ['http://shop.example', 'shop.example:80'],
    ['https://shop.example:8443', 'Shop.example:8443'],
    ['https://xn--bj0bj06e.kr', 'XN--BJ0BJ06E.kr:443'],
    ['https://xn--bj0bj06e.kr', '한글.kr'],
    ['http://[::1]:3000', '[0:0::1]:3000'],
    ['https://[2001:db8::1]', '[2001:DB8::1]:443'],
  ])('%s is that of the page at %s', (origin, host) => {
    expect(setUp().from(origin, canonicalHost(host, undefined))).toBe(true)
  })

  test.each([
    ['http://shop.example', 'shop.example:443'],
    ['https://shop.example', 'shop.example:8443'],
    ['https://shop.example:8443', 'shop.example'],
    ['https://shop.example', 'www.shop.example'],
    ['https://[::1]', '[::2]'],
    ['https://xn--bj0bj06e.kr', 'xn--bj0bj06f.kr'],
    ['https://user@shop.example', 'shop.example'],
    ['https://shop.example/path', 'shop.example'],
    ['ftp://shop.example', 'shop.example'],
    ['wss://shop.example', 'shop.example'],
  ])('%s is not that of the page at %s', (origin, host) => {
    expect(setUp().from(origin, canonicalHost(host, undefined))).toBe(false)
  })

  test('by http is not that of a site by https, once that is known', () => {
    const { from } = setUp()
    expect(from('http://shop.example', 'shop.example', 'https')).toBe(false)
    expect(from('https://shop.example', 'shop.example', 'https')).toBe(true)
    expect(from('http://shop.example', 'shop.example', 'http')).toBe(true)
    expect(from('http://shop.example', 'shop.example')).toBe(true)
  })

  test('by https is that of a site by http: a proxy may have taken TLS off', () => {
    expect(setUp().from('https://shop.example', 'shop.example', 'http')).toBe(true)
  })

  test.each([
    ['https://Www.Example/', 'https://www.example'],
    ['https://www.example:443', 'https://www.example'],
    ['https://www.example.', 'https://www.example'],
    ['https://한글.kr', 'https://xn--bj0bj06e.kr'],
    ['http://[0::1]:80', 'http://[::1]'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['Tauri://localhost/', 'tauri://localhost'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
    ['file://', 'file://'],
  ])('listed as %s allows %s, and no other', (listed, origin) => {
    const { from } = setUp({ origins: [listed] })
    expect(from(origin)).toBe(true)
    expect(from('capacitor://elsewhere')).toBe(false)
    expect(from('null')).toBe(false)
  })

  test.each([
    ['*', 'any site could act'],
    ['https://*.example', '"*" stands for nothing'],
    ['shop.example', 'Did you mean "https://shop.example"?'],
    ['localhost:3000', 'Did you mean "https://localhost:3000"?'],
    ['wss://shop.example', 'Did you mean "https://shop.example"?'],
    ['https://shop.example/app', 'Did you mean "https://shop.example"?'],
    ['https://me@shop.example', 'Did you mean "https://shop.example"?'],
    ['', 'Give scheme, host'],
    ['https://', 'Give scheme, host'],
  ])('listed as %j is refused at once, with what was meant', (listed, advice) => {
    expect(() => setUp({ origins: [listed] })).toThrow(advice)
    expect(() => setUp({ origins: [listed] })).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })

  test('that is listed is allowed, exactly as it is', () => {
    const { from } = setUp({ origins: ['https://www.example', 'null'] })
    expect(from('https://www.example')).toBe(true)
    expect(from('null')).toBe(true)
    expect(from('http://www.example')).toBe(false)
    expect(from('https://www.example:8443')).toBe(false)
  })

  test.each(['http://localhost:5173', 'http://127.0.0.1:5173', 'https://[::1]:5173'])(
    '%s is allowed in development only',
    (origin) => {
      expect(setUp({ development: true }).from(origin)).toBe(true)
      expect(setUp().from(origin)).toBe(false)
    },
  )

  test.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'garbage', ''])(
    '%j is refused',
    (origin) => {
      expect(setUp({ development: true }).from(origin)).toBe(false)
    },
  )

  test('may be absent, because then the client is no browser', () => {
    expect(setUp().from(undefined)).toBe(true)
  })

  test('that is refused is logged once, in one line, with the setting that allows it', () => {
    const { from, log } = setUp()
    from('https://other.example')
    from('https://other.example')
    expect(log.warnings).toEqual([
      'Refused the origin "https://other.example" at "shop.example". To allow it: createHub({ origins: ["https://other.example"] }). If the hub is behind a proxy that changes the host: createHub({ trustProxy: 1 }).',
    ])
  })

  test('I7: a client that invents origins fills neither the memory nor the log', () => {
    const { from, log } = setUp()
    for (let index = 0; index < 1_000; index++) from(`https://${index}.example/${'x'.repeat(10_000)}`)
    expect(log.warnings).toHaveLength(100)
    expect(Math.max(...log.warnings.map(({ length }) => length))).toBeLessThan(1_000)
  })

  test('cannot break the line it is logged in', () => {
    const { from, log } = setUp()
    from('https://evil.example\nERROR all is lost')
    expect(log.warnings[0]).not.toContain('\n')
  })
})
