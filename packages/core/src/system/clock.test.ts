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

  it('waits longer than the 24.8 days of a timer, if it is told to', () => {
    const run = vi.fn()
    const days = 86_400_000
    systemClock.after(60 * days, run)
    vi.advanceTimersByTime(60 * days - 1)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('forgets what was cancelled, in the middle of a long wait too; cancelling again does nothing', () => {
    const run = vi.fn()
    const cancel = [systemClock.after(100, run), systemClock.after(3_000_000_000, run), systemClock.soon(run)]
    cancel[0]?.()
    cancel[2]?.()
    vi.advanceTimersByTime(2_500_000_000)
    for (const each of [...cancel, ...cancel]) each()
    vi.advanceTimersByTime(3_000_000_000)
    expect(run).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('runs soon what is to run after the work at hand', () => {
    const order: string[] = []
    systemClock.soon(() => order.push('soon'))
    order.push('now')
    vi.runAllTimers()
    expect(order).toEqual(['now', 'soon'])
  })

  it('runs soon without setImmediate too, as in a browser', () => {
    vi.stubGlobal('setImmediate', undefined)
    const run = vi.fn()
    systemClock.soon(run)
    systemClock.soon(run)()
    vi.runAllTimers()
    vi.unstubAllGlobals()
    expect(run).toHaveBeenCalledTimes(1)
  })
})
