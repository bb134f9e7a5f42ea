import { expect, test } from 'vitest'
import type { Gateway } from './gateway.ts'
import { Gateways } from './gateways.ts'

function at(path: string): Gateway {
  return { path, handle: async () => {}, handleUpgrade: () => {}, close: async () => {} }
}

test('a gateway is found by its path, whatever the case of what is encoded', () => {
  const gateways = new Gateways('/baro')
  const gateway = at('/socket.io/')
  gateways.add(gateway)
  for (const path of ['/socket.io', '/socket.io/', '/socket.io/socket.io.js']) expect(gateways.find(path)).toBe(gateway)
  for (const path of ['/', '/socket.iox', '/baro/socket.io', '/SOCKET.IO/']) expect(gateways.find(path)).toBeUndefined()
})

test.each([
  '/baro',
  '/baro/channels',
  '/baro/health/live',
  '/baro/errors',
  '/',
  '/foreign',
  '/foreign/below',
  'http://x',
  '/a//b',
])('no gateway is at %s, where the hub or another one is, or where no URL leads', (path) => {
  const gateways = new Gateways('/baro')
  gateways.add(at('/foreign'))
  expect(() => gateways.add(at(path))).toThrow(expect.objectContaining({ code: 'bad-definition' }))
})

test('what looks at the hub may be below its path, where the hub answers nothing itself', () => {
  const gateways = new Gateways('/baro')
  gateways.add(at('/baro/metrics'))
  expect(gateways.find('/baro/metrics')).toBeDefined()
  expect(gateways.find('/baro/channels/room:1')).toBeUndefined()
})

test('beside a hub that is all of a server, a gateway has its own path', () => {
  const gateways = new Gateways('')
  gateways.add(at('/socket.io'))
  expect(gateways.find('/socket.io/')).toBeDefined()
  expect(gateways.find('/connect')).toBeUndefined()
})
