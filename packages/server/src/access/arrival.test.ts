import { describe, expect, test } from 'vitest'
import { arrivalOf, canonicalAddress, canonicalHost, type Received } from './arrival.ts'

const proxy = '10.0.0.1'

function arrive(headers: Received['headers'], trustProxy = 0, more: Partial<Received> = {}) {
  return arrivalOf({ headers, remoteAddress: proxy, isEncrypted: false, ...more }, trustProxy)
}

const forwarded = {
  host: 'inner:3000',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'Shop.example',
}

describe('a request', () => {
  test('comes from the other end of its connection, and no header changes that by default', () => {
    expect(arrive(forwarded)).toEqual({ address: proxy, host: 'inner:3000' })
  })

  test('comes from whom the proxy names, if there is one', () => {
    expect(arrive(forwarded, 1)).toEqual({ address: '203.0.113.7', scheme: 'https', host: 'shop.example' })
  })

  test('comes by https on a TLS connection, and otherwise by what only a proxy can know', () => {
    expect(arrive({}, 0, { isEncrypted: true })).toMatchObject({ scheme: 'https' })
    expect(arrive({}, 1, { isEncrypted: true })).toMatchObject({ scheme: 'https' })
    expect(arrive({ 'x-forwarded-proto': 'http' }, 1, { isEncrypted: true })).toMatchObject({ scheme: 'http' })
    expect(arrive({})).not.toHaveProperty('scheme')
    expect(arrive({}, 1)).not.toHaveProperty('scheme')
  })

  test.each([
    ['https', 'https'],
    ['HTTPS', 'https'],
    ['wss', 'https'],
    ['http', 'http'],
    ['ws', 'http'],
    ['ftp', undefined],
    ['', undefined],
  ])('with the protocol %j came by %s', (protocol, scheme) => {
    expect(arrive({ 'x-forwarded-proto': protocol }, 1).scheme).toBe(scheme)
  })

  test('over HTTP/2 names its host as :authority', () => {
    expect(arrive({ ':authority': 'shop.example' })).toMatchObject({ host: 'shop.example' })
  })

  test.each<[string, string | readonly string[], number, string]>([
    ['one entry, one proxy', '1.1.1.1', 1, '1.1.1.1'],
    ['an entry that the client wrote before', '6.6.6.6, 1.1.1.1', 1, '1.1.1.1'],
    ['two proxies', '6.6.6.6, 1.1.1.1, 10.0.0.2', 2, '1.1.1.1'],
    ['fewer entries than proxies', '1.1.1.1', 3, '1.1.1.1'],
    ['no entry', '', 1, proxy],
    ['only commas', ',,,', 2, proxy],
    ['an unknown client', 'unknown', 1, proxy],
    ['an unknown client behind a second proxy', '6.6.6.6, unknown, 10.0.0.2', 3, '10.0.0.2'],
    ['garbage', '<script>', 1, proxy],
    ['a long name', 'a'.repeat(10_000), 1, proxy],
    ['a port behind it', '1.1.1.1:5678', 1, '1.1.1.1'],
    ['IPv6', '2001:DB8:0:0::1', 1, '2001:db8::1'],
    ['IPv6 with a port', '[2001:db8::1]:47', 1, '2001:db8::1'],
    ['IPv4 in IPv6', '::ffff:1.1.1.1', 1, '1.1.1.1'],
    ['the header twice', ['6.6.6.6', '1.1.1.1'], 1, '1.1.1.1'],
  ])('by way of %s', (_, header, trustProxy, address) => {
    expect(arrive({ 'x-forwarded-for': header }, trustProxy).address).toBe(address)
  })

  test('through a socket of the file system has the address that the proxy names, or none', () => {
    const local = { remoteAddress: undefined }
    expect(arrive({ 'x-forwarded-for': '1.1.1.1' }, 1, local).address).toBe('1.1.1.1')
    expect(arrive({}, 1, local)).not.toHaveProperty('address')
  })

  test('is not judged by a client’s own words before those of a proxy', () => {
    const headers = { 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'mine.example, shop.example' }
    expect(arrive(headers, 1)).toMatchObject({ scheme: 'http', host: 'shop.example' })
  })

  test('with a forwarded host that is none is for the host it names itself', () => {
    expect(arrive({ host: 'shop.example', 'x-forwarded-host': 'a/b' }, 1)).toMatchObject({ host: 'shop.example' })
  })

  test('I7: with a thousand hops comes from whom the last proxies name, however many the hub expects', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => `1.1.${index % 250}.1`).join(', ')
    expect(arrive({ 'x-forwarded-for': list }, 2).address).toBe('1.1.248.1')
    expect(arrive({ 'x-forwarded-for': list }, 1_000_000_000).address).toBe('1.1.0.1')
  })
})

describe('a host', () => {
  test.each([
    ['shop.example', undefined, 'shop.example'],
    ['SHOP.Example.', undefined, 'shop.example'],
    ['shop.example.:8080', undefined, 'shop.example:8080'],
    ['shop.example:443', 'https', 'shop.example'],
    ['shop.example:443', 'http', 'shop.example:443'],
    ['shop.example:443', undefined, 'shop.example:443'],
    ['shop.example:80', 'http', 'shop.example'],
    ['shop.example:0080', 'http', 'shop.example'],
    ['shop.example:', 'http', 'shop.example'],
    ['shop.example:8080', undefined, 'shop.example:8080'],
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['192.0.2.1:3000', 'http', '192.0.2.1:3000'],
    ['192.0.2.1:80', 'http', '192.0.2.1'],
    ['192.0.513:80', 'http', '192.0.2.1'],
    ['[::1]:3000', undefined, '[::1]:3000'],
    ['[2001:DB8::0:1]:443', 'https', '[2001:db8::1]'],
    ['한글.kr', undefined, 'xn--bj0bj06e.kr'],
    ['XN--BJ0BJ06E.kr', undefined, 'xn--bj0bj06e.kr'],
  ] as const)('%s by %s is %s', (host, scheme, canonical) => {
    expect(canonicalHost(host, scheme)).toBe(canonical)
  })

  test.each([
    '',
    'a b',
    'user@shop.example',
    'shop.example/path',
    'shop.example?x',
    'shop.example#x',
    'a\\b',
    'a,b',
    'a%2eb',
    'a:b',
    'a:80:80',
    'a:65536',
    'a:123456',
    '::1',
    '[::1',
    '[zz]',
    'x'.repeat(10_000),
  ])('%j is none', (host) => {
    expect(canonicalHost(host, undefined)).toBeUndefined()
  })
})

describe('an address', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:7f00:1', '127.0.0.1'],
    ['::FFFF:127.0.0.1', '127.0.0.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%eth0]', 'fe80::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical)
  })

  test.each(['01.2.3.4', '1.2.3', '1.2.3.4.5', '1.2.3.4:x', 'localhost', '_hidden', '%', ''])('%j is none', (text) => {
    expect(canonicalAddress(text)).toBeUndefined()
  })
})
