import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type NextApp, startNextApp } from './next-app.ts'
import { patience, slow } from './patience.ts'
import { expectSanitized } from './sanitized-room.ts'

vi.setConfig(slow)

// The other app is built by Turbopack, and caches by `revalidate`.
let app: NextApp

beforeAll(async () => {
  app = await startNextApp('cached-app', ['--webpack'])
}, 180_000)

afterAll(() => {
  app?.server.kill('SIGKILL')
})

test('the sanitizer works in a hub that webpack has bundled, and does not go to the browser', () =>
  expectSanitized(app))

describe('the snapshot of a channel that is not public, with cacheComponents', () => {
  test('is rendered for one request, behind Suspense', async () => {
    expect(await app.read('/diary/private')).not.toContain('a secret')
    expect(await app.read('/diary/private', { cookie: 'session=1' })).toContain('a secret')
    expect(await app.read('/diary/private')).not.toContain('a secret')
  })

  test.each(['/diary/cached', '/diary/late'])(
    "never gets into the 'use cache' of %s, and the log says which page it was",
    async (path) => {
      app.printedSince()
      let printed = ''
      await expect
        .poll(async () => {
          expect(await app.read(path)).not.toContain('a secret')
          printed += app.printedSince()
          return printed
        }, patience)
        .toContain(`"diary" is not public, and ${path} is rendered for a cache that all visitors share.`)
      expect(await app.read(path)).not.toContain('a secret')
    },
  )
})
