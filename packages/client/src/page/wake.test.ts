import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserWake } from './wake.ts'

/** As much of a browser as the signs need. */
class Page extends EventTarget {
  visibilityState = 'visible'
}

describe('the signs a browser gives', () => {
  const page = new Page()
  const window = new EventTarget()
  const network = { onLine: true }
  const told: string[] = []
  let stop: () => void

  beforeEach(() => {
    vi.stubGlobal('document', page)
    vi.stubGlobal('navigator', network)
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
    told.length = 0
    stop = browserWake.listen({
      woke: () => told.push('woke'),
      offline: () => told.push('offline'),
      hidden: () => told.push('hidden'),
      unseen: () => told.push('unseen'),
    })
  })
  afterEach(() => {
    stop()
    vi.unstubAllGlobals()
  })

  function tell(target: EventTarget, type: string): void {
    target.dispatchEvent(new Event(type))
  }

  it('the network returned', () => {
    tell(window, 'online')
    expect(new Set(told)).toEqual(new Set(['woke']))
  })

  it('the network returned to a page that nobody looks at: it must let go of what others need', () => {
    page.visibilityState = 'hidden'
    tell(window, 'online')
    page.visibilityState = 'visible'
    expect(told).toEqual(['woke', 'unseen'])
  })

  it('the network is gone; looked at, the page is still without it', () => {
    network.onLine = false
    tell(window, 'offline')
    tell(page, 'visibilitychange')
    network.onLine = true
    tell(window, 'online')
    expect(told).toEqual(['offline', 'woke', 'offline', 'woke'])
  })

  it('a page that is opened without a network, or behind others, is so from the start', () => {
    stop()
    network.onLine = false
    page.visibilityState = 'hidden'
    const stopAgain = browserWake.listen({
      woke: () => told.push('woke'),
      offline: () => told.push('offline'),
      hidden: () => told.push('hidden'),
      unseen: () => told.push('unseen'),
    })
    stopAgain()
    network.onLine = true
    page.visibilityState = 'visible'
    expect(told).toEqual(['unseen', 'offline'])
  })

  it('somebody looks at the page again, and nobody does any more', () => {
    page.visibilityState = 'hidden'
    tell(page, 'visibilitychange')
    page.visibilityState = 'visible'
    tell(page, 'visibilitychange')
    expect(told).toEqual(['unseen', 'woke'])
  })

  it('the page is put away, and comes back from the back-forward cache', () => {
    tell(window, 'pagehide')
    tell(window, 'pageshow')
    expect(told).toEqual(['hidden', 'woke'])
  })

  it('are not told any more once nobody listens', () => {
    stop()
    for (const type of ['online', 'pagehide']) tell(window, type)
    tell(page, 'visibilitychange')
    expect(told).toEqual([])
  })
})

it('where there is no page there are no signs', () => {
  const stop = browserWake.listen({ woke: () => {}, offline: () => {}, hidden: () => {}, unseen: () => {} })
  expect(stop).not.toThrow()
})
