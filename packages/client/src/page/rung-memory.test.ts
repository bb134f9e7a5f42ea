import { afterEach, expect, it, vi } from 'vitest'
import { browserRungMemory } from './rung-memory.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const clock = (nowMs: number) => ({ now: () => nowMs, elapsed: () => nowMs, after: () => () => {} })

it('a page remembers for all pages of its origin, for ten minutes', () => {
  vi.stubGlobal('location', {})
  vi.stubGlobal('localStorage', {})
  expect(browserRungMemory(clock(0))()).toBeUndefined()
  expect(browserRungMemory(clock(0))('sse')).toBe('sse')
  expect(browserRungMemory(clock(599_999))()).toBe('sse')
  expect(browserRungMemory(clock(600_000))()).toBeUndefined()
})

it('a browser that forbids storage remembers nothing', () => {
  vi.stubGlobal('location', {})
  vi.stubGlobal('localStorage', undefined)
  expect(browserRungMemory(clock(0))('sse')).toBeUndefined()
})

it('looks at no storage where there is no page: Node 26 warns whoever looks at its own', () => {
  const looked = vi.fn()
  const own = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
  Object.defineProperty(globalThis, 'localStorage', { get: looked, configurable: true })
  expect(browserRungMemory(clock(0))('sse')).toBeUndefined()
  if (own) Object.defineProperty(globalThis, 'localStorage', own)
  else Reflect.deleteProperty(globalThis, 'localStorage')
  expect(looked).not.toHaveBeenCalled()
})
