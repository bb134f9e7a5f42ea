import { afterEach, describe, expect, test, vi } from 'vitest'
import { connectUrl } from './connect-url.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the url of a hub', () => {
  test.each([
    ['https://shop.example/baro', 'https://shop.example/baro/connect'],
    ['https://shop.example/baro/', 'https://shop.example/baro/connect'],
    ['https://shop.example', 'https://shop.example/connect'],
    ['HTTPS://Shop.example:443/baro', 'https://shop.example/baro/connect'],
    ['ws://localhost:3000/baro', 'http://localhost:3000/baro/connect'],
    ['wss://shop.example/baro', 'https://shop.example/baro/connect'],
    ['https://한글.kr/바로', 'https://xn--bj0bj06e.kr/%EB%B0%94%EB%A1%9C/connect'],
  ])('%s is asked at %s', (url, asked) => {
    expect(connectUrl(url)).toBe(asked)
  })

  test.each([
    ['/baro', 'https://shop.example/baro/connect'],
    ['/my live', 'https://shop.example/my%20live/connect'],
    ['//live.example/baro', 'https://live.example/baro/connect'],
  ])('%s on a page is asked at %s', (url, asked) => {
    vi.stubGlobal('location', { href: 'https://shop.example/rooms/1?x#y' })
    expect(connectUrl(url)).toBe(asked)
  })

  test('in a frame of srcdoc is that of the page around it', () => {
    vi.stubGlobal('location', { href: 'about:srcdoc' })
    vi.stubGlobal('document', { baseURI: 'https://shop.example/rooms/1' })
    expect(connectUrl('/baro')).toBe('https://shop.example/baro/connect')
  })

  test.each(['/baro', 'shop.example/baro', 'localhost:3000/baro', 'ftp://shop.example', 'https://', ''])(
    '%j is refused where there is no page',
    (url) => {
      expect(() => connectUrl(url)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
    },
  )

  test.each(['baro', 'shop.example/baro', 'localhost:3000/baro', '/baro?x=1', 'https://shop.example/baro#x'])(
    '%j is refused on a page too: nothing would be served there',
    (url) => {
      vi.stubGlobal('location', { href: 'https://shop.example/' })
      expect(() => connectUrl(url)).toThrow(`No hub can be at "${url}".`)
    },
  )
})
