import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type NextApp, startNextApp } from './next-app.ts'
import { patience, slow } from './patience.ts'
import { race } from './race.ts'
import { expectSanitized } from './sanitized-room.ts'

vi.setConfig(slow)

// The other app is built by Turbopack, and caches by `revalidate`.
let app: NextApp

beforeAll(async () => {
  app = await startNextApp('cached-app', ['--webpack'])
})

afterAll(() => {
  app?.server.kill('SIGKILL')
})

test('the sanitizer works in a hub that webpack has bundled, and does not go to the browser', () =>
  expectSanitized(app))

describe("a change that is revalidated while 'use cache' is filled", () => {
  const tag = (path: string) => `race-${path.split('/').pop()}`

  test('is not lost by the own cache of Next: it dates an entry when its fill began', async () => {
    const { first } = await race(app, 'use-cache', 'next', tag)
    expect(first).toBe('new')
  })

  test('without a revalidation stays old in the own cache of Next', async () => {
    const { first, later } = await race(app, 'use-cache', 'next-untold', () => '')
    expect([first, await later()]).toEqual(['old', 'old'])
  })

  test('is there for the next visitor with the cache handler of the hub, told or not', async () => {
    const ours = await app.again({ BARO_CACHE: '1' })
    try {
      expect((await race(ours, 'use-cache', 'ours', tag)).first).toBe('new')
      const { later } = await race(ours, 'use-cache', 'ours-untold', () => '')
      await expect.poll(later, patience).toBe('new')
    } finally {
      ours.server.kill('SIGKILL')
    }
  })
})

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
