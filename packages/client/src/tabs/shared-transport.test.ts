import { systemClock, systemRandomness } from '@baro/core/broker'
import { afterEach, expect, it, vi } from 'vitest'
import type { Transport } from '../ports/transport.ts'
import { createSharedTransport } from './shared-transport.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const transport: Transport = { rung: 'websocket', open: () => ({ send() {}, close() {} }) }
const shared = () => createSharedTransport(transport, { clock: systemClock, randomness: systemRandomness })

it('shares nothing where there are no pages, though there are locks, as in Node 24', () => {
  vi.stubGlobal('navigator', { locks: { request: async () => {} } })
  expect(shared()).toBe(transport)
})

it('shares the link of the pages of an origin', () => {
  vi.stubGlobal('navigator', { locks: { request: async () => {} } })
  vi.stubGlobal('location', new URL('https://shop.example/'))
  expect(shared()).not.toBe(transport)
})
