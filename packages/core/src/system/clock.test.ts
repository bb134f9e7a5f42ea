import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.ts'

describe('the clock of the machine', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('tells the time of day, and how much of it went by', () => {
    vi.setSystemTime(1_000)
    const before = systemClock.elapsed()
    vi.advanceTimersByTime(250)
    expect(systemClock.now()).toBe(1_250)
    expect(systemClock.elapsed() - before).toBe(250)
  })

  it('runs once, after the wait and not before', () => {
    const run = vi.fn()
    systemClock.after(100, run)
    vi.advanceTimersByTime(99)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('forgets what was cancelled; cancelling again does nothing', () => {
    const run = vi.fn()
    const cancel = systemClock.after(100, run)
    cancel()
    cancel()
    vi.advanceTimersByTime(200)
    expect(run).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})
