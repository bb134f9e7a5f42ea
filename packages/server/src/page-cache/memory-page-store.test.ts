import { pageStoreSuite } from '@baro/testing/page-store-suite'
import { expect, test } from 'vitest'
import { createMemoryPageStore } from './memory-page-store.ts'

pageStoreSuite('memory', async ({ clock, maxBytes }) => createMemoryPageStore({ clock, maxBytes }))

test('an option that makes no sense is refused', () => {
  expect(() => createMemoryPageStore({ maxBytes: -1 })).toThrow('"maxBytes" is -1')
})
