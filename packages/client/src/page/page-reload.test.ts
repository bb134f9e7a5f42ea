import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserReload } from './page-reload.ts'

describe('a page of an old version', () => {
  const fetched: unknown[] = []
  const reload = vi.fn()
  let kept: Map<string, string>

  beforeEach(() => {
    fetched.length = 0
    reload.mockReset()
    kept = new Map()
    vi.stubGlobal('document', {})
    vi.stubGlobal('location', { href: 'https://shop.example/rooms/42', reload })
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    })
    vi.stubGlobal('fetch', async (...args: unknown[]) => fetched.push(args))
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('is loaded past caches, and then again', async () => {
    browserReload('room:42', '1')
    expect(fetched).toEqual([['https://shop.example/rooms/42', { cache: 'reload' }]])
    expect(reload).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(reload).toHaveBeenCalledTimes(1), { timeout: 30_000 })
  })

  it('is loaded again once for each version of a channel, however often the hub says outdated', () => {
    for (const _ of [1, 2, 3]) browserReload('room:42', '1')
    expect(fetched).toHaveLength(1)
    browserReload('room:42', '2')
    browserReload('room:43', '2')
    expect(fetched).toHaveLength(3)
  })

  it('is not loaded again where nobody remembers that it was', () => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    vi.stubGlobal('sessionStorage', new Proxy({}, { get: denied, set: denied }))
    browserReload('room:42', '1')
    expect(fetched).toEqual([])
  })

  it('is no page outside of a browser', () => {
    vi.stubGlobal('document', undefined)
    browserReload('room:42', '1')
    expect(fetched).toEqual([])
  })
})
