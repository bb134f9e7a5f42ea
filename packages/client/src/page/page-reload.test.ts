import { createFakeClock } from '@baro/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserReload } from './page-reload.ts'

describe('a page of an old version', () => {
  const fetched: unknown[] = []
  const reload = vi.fn()
  let clock = createFakeClock()
  let answer: () => { status: number }

  beforeEach(() => {
    fetched.length = 0
    reload.mockReset()
    clock = createFakeClock()
    answer = () => ({ status: 200 })
    vi.stubGlobal('document', {})
    vi.stubGlobal('location', { href: 'https://shop.example/rooms/42', reload })
    vi.stubGlobal('sessionStorage', {})
    vi.stubGlobal('fetch', async (...args: unknown[]) => {
      fetched.push(args)
      return answer()
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('is loaded past caches, and then again', async () => {
    browserReload(clock)('room:42', '1')
    expect(fetched).toEqual([['https://shop.example/rooms/42', { cache: 'reload' }]])
    expect(reload).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(reload).toHaveBeenCalledTimes(1), { timeout: 30_000 })
  })

  it('is loaded again at once for each version of a channel, however often the hub says outdated', () => {
    for (const _ of [1, 2, 3]) browserReload(clock)('room:42', '1')
    expect(fetched).toHaveLength(1)
    browserReload(clock)('room:42', '2')
    browserReload(clock)('room:43', '2')
    expect(fetched).toHaveLength(3)
  })

  it('is loaded again after 30 seconds and no sooner, then after a minute, two, four, by whatever page the tab shows', () => {
    const loadedAt: number[] = []
    for (let second = 0; second <= 500; second++) {
      const before = fetched.length
      browserReload(clock)('room:42', '1')
      if (fetched.length > before) loadedAt.push(second)
      clock.advance(1_000)
    }
    expect(loadedAt).toEqual([0, 30, 90, 210, 450])
  })

  it('is loaded again less than twenty times in a week, by a cache that goes on serving it', () => {
    for (let minute = 0; minute < 7 * 24 * 60; minute++) {
      browserReload(clock)('room:42', '1')
      clock.advance(60_000)
    }
    expect(fetched.length).toBeGreaterThan(5)
    expect(fetched.length).toBeLessThan(20)
  })

  it('waits no longer than that after a clock was put back by a day', () => {
    browserReload(clock)('room:42', '1')
    clock.jump(-86_400_000)
    browserReload(clock)('room:42', '1')
    expect(fetched).toHaveLength(2)
  })

  it.each([
    ['the server fails', () => ({ status: 502 })],
    [
      'nobody answers',
      () => {
        throw new TypeError('Failed to fetch')
      },
    ],
  ])('stays as it is where %s, and is tried again later', async (_, failing) => {
    answer = failing
    browserReload(clock)('room:42', '1')
    await clock.pass(30_000)
    expect(reload).not.toHaveBeenCalled()
    answer = () => ({ status: 200 })
    browserReload(clock)('room:42', '1')
    await vi.waitFor(() => expect(reload).toHaveBeenCalledTimes(1), { timeout: 30_000 })
  })

  it('is not loaded again where nobody remembers that it was', () => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    vi.stubGlobal('sessionStorage', new Proxy({}, { get: denied, set: denied }))
    browserReload(clock)('room:42', '1')
    expect(fetched).toEqual([])
  })

  it('is no page outside of a browser', () => {
    vi.stubGlobal('document', undefined)
    browserReload(clock)('room:42', '1')
    expect(fetched).toEqual([])
  })
})
