import { expect, test } from 'vitest'
import { routeUpgrade } from './upgrade-route.ts'

const situation = { url: '/nothing', production: true, othersListen: true, passOthers: false }

test('an upgrade that Next would ignore is refused, so that its socket does not hang', () => {
  expect(routeUpgrade(situation)).toBe('refuse')
  expect(routeUpgrade({ ...situation, production: false })).toBe('refuse')
})

test('hot reloading is left to Next in development, also below a base path, and refused in production', () => {
  for (const url of ['/_next/hmr?id=1', '/docs/_next/webpack-hmr']) {
    expect(routeUpgrade({ ...situation, production: false, url })).toBe('others')
    expect(routeUpgrade({ ...situation, url })).toBe('refuse')
  }
  expect(routeUpgrade({ ...situation, production: false, url: '/nothing?/_next/hmr' })).toBe('refuse')
})

test('where nobody else listens even hot reloading is refused: the browser tries again', () => {
  expect(routeUpgrade({ ...situation, production: false, url: '/_next/hmr', othersListen: false })).toBe('refuse')
})

test('a server with other WebSockets keeps them if it says so', () => {
  expect(routeUpgrade({ ...situation, passOthers: true })).toBe('others')
  expect(routeUpgrade({ ...situation, passOthers: true, othersListen: false })).toBe('refuse')
})
