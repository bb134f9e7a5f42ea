import { describe, expect, test } from 'vitest'
import { decideSitePath } from '../../examples/site/server/site-path.ts'

const kindOf = (target: string, options?: { dev: boolean }) => decideSitePath(target, options).kind
const hangul = encodeURIComponent('한글')

test.each([
  '/',
  '/en',
  '/ko',
  '/machine',
  '/ko/machine',
  '/ko/docs/passages',
  '/transports',
  '/ko/compare',
  '/ko/compat',
  '/board',
  '/ko/play',
  '/device',
  `/ko/device/${hangul}`,
  '/en/transports',
  '/rooms/1',
  '/ko/rooms/Room_1-b',
  `/rooms/${hangul}`,
  `/en/rooms/${'x'.repeat(64)}`,
  '/rooms/1?_rsc=abc',
  '/ko/rooms/1/messages',
  `/en/club/${hangul}/moderation`,
  '/en/shop/orders',
  '/ko/stream',
  '/en/stream/texts',
  '/en/stream/0123-abc_DEF',
  '/ko/inbox',
  '/inbox-worker.js',
  `/ko/write/${hangul}`,
  '/ko/market/orders',
  '/pages-router',
  '/ko/pages-router',
  '/api/baro',
  '/en/news/4/edits',
  '/?%',
  '/icon.svg',
  '/icon.svg?icon.123.svg',
  '/_next/static/chunks/0a~1_b.-c.js',
  '/_next/static/chunks/app/%5Blang%5D/page.js',
])('%s is known', (target) => {
  expect(decideSitePath(target)).toEqual({ kind: 'known' })
})

test.each([
  ['/en/', '/en'],
  ['/ko/write', '/ko/write/1'],
  ['/ko/pages-router/', '/ko/pages-router'],
  ['/rooms/1/?a=b', '/rooms/1?a=b'],
  ['/rooms/%31', '/rooms/1'],
  ['/en/rooms/%61%62?x', '/en/rooms/ab?x'],
  [`/rooms/${hangul.toLowerCase()}`, `/rooms/${hangul}`],
  [`/rooms/${encodeURIComponent('한글'.normalize('NFD'))}`, `/rooms/${hangul}`],
])('%s is the page at %s', (target, location) => {
  expect(decideSitePath(target)).toEqual({ kind: 'elsewhere', location })
  expect(kindOf(location)).toBe('known')
})

describe('Next is not asked for', () => {
  test.each([
    '',
    '*',
    '//',
    '//evil.example',
    '//evil.example/rooms/1',
    '/en//rooms/1',
    'http://evil.example/rooms/1',
    'rooms/1',
    '/%',
    '/%ff',
    '/%00',
    '/rooms/%',
    '/en/rooms/1/edits',
    '/en/news/4/messages',
    '/en/rooms/1/moderation',
    '/en/club/1/moderation/1',
    '/en/shop/messages',
    '/en/rooms/%ff',
    '/en/rooms/%00',
    '/en/rooms/1%00',
    '/en/rooms/1%0a',
    '/rooms/..',
    '/rooms/.',
    '/rooms/../../evil',
    '/rooms/..%2f..%2fevil',
    '/rooms/%2e%2e',
    '/rooms/a\\b',
    '/rooms/1.rsc',
    '/rooms/1.segments/_tree.segment.rsc',
    '/rooms/1.txt',
    '/rooms',
    '/rooms/',
    '/rooms/1/2',
    '/rooms//1',
    '/rooms/%3Cscript%3E',
    '/rooms/%2531',
    `/rooms/${'x'.repeat(65)}`,
    `/rooms/${'x'.repeat(5_000)}`,
    `/rooms/${'%61'.repeat(5_000)}`,
    `/rooms/${encodeURIComponent('힣'.repeat(28))}`,
    '/%65n/rooms/1',
    '/EN',
    '/xx/machine',
    '/x.y',
    '/x.y/machine',
    '/en.rsc',
    '/index',
    '/en/api/baro',
    '/api',
    '/api/nothing',
    '/api/baro/1',
    '/ko/pages-router/1',
    '/nothing',
    '/ko/nothing/here',
    '/favicon.ico',
    '/baro/nothing',
    '/_next',
    '/_next/%',
    '/_next/data/build/en/rooms/1.json',
    '/_next/data/build/en/pages-router.json',
    '/_next/image?url=%2Ficon.svg&w=16&q=75',
    '/_next/static/%',
    '/_next/static/../../x.y',
    '/_next/static/%2e%2e/%2e%2e/x.y',
    `/_next/static/${'x'.repeat(5_000)}`,
    '/_next/webpack-hmr',
    '/__nextjs_source-map',
  ])('%s', (target) => {
    expect(decideSitePath(target)).toEqual({ kind: 'missing' })
  })

  test('anything but its own files and the same pages in development', () => {
    for (const target of ['/_next/webpack-hmr', '/__nextjs_source-map', '/rooms/1']) {
      expect(kindOf(target, { dev: true })).toBe('known')
    }
    for (const target of ['/rooms/%', '/x.y']) expect(kindOf(target, { dev: true })).toBe('missing')
  })
})
