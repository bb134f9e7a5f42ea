import { stat } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nodeClock } from './node-clock.ts'

describe('the clock of a hub', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('waits longer than the 24.8 days of a timer, if it is told to', () => {
    const run = vi.fn()
    const days = 86_400_000
    nodeClock.after(60 * days, run)
    vi.advanceTimersByTime(60 * days - 1)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('forgets what was cancelled, in the middle of a long wait too; cancelling again does nothing', () => {
    const run = vi.fn()
    const cancel = [nodeClock.after(100, run), nodeClock.after(3_000_000_000, run), nodeClock.soon(run)]
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
    nodeClock.soon(() => order.push('soon'))
    order.push('now')
    vi.runAllTimers()
    expect(order).toEqual(['now', 'soon'])
  })

  it('runs afterwards what is to run when the work at hand is done, before other work', async () => {
    vi.useRealTimers()
    const order: string[] = []
    const otherWork = new Promise<void>((resolve) =>
      setImmediate(() => {
        order.push('other work')
        resolve()
      }),
    )
    nodeClock.afterwards(() => order.push('afterwards'))
    order.push('now')
    await otherWork
    expect(order).toEqual(['now', 'afterwards', 'other work'])
  })

  it('numbers the turns of the event loop', async () => {
    vi.useRealTimers()
    const io = () => new Promise<number>((resolve) => stat('.', () => resolve(nodeClock.turn())))
    const first = await io()
    await Promise.resolve()
    expect(nodeClock.turn()).toBe(first)
    expect(await io()).toBeGreaterThan(first)
  })

  it('counts what runs soon to the next turn', async () => {
    vi.useRealTimers()
    const turns: number[] = []
    // A file is looked at before the end of a turn, and again in the next one.
    await new Promise<void>((resolve) =>
      stat('.', () => {
        turns.push(nodeClock.turn())
        nodeClock.soon(() => {
          turns.push(nodeClock.turn())
          setTimeout(() => {
            turns.push(nodeClock.turn())
            resolve()
          }, 0)
        })
      }),
    )
    const [before = 0, soon, next] = turns
    expect(soon).toBe(before + 1)
    expect(next).toBeGreaterThanOrEqual(before + 1)
  })

  it('keeps no process alive that is done', () => {
    vi.useRealTimers()
    const unref = vi.spyOn(Object.getPrototypeOf(setTimeout(() => {}, 0)), 'unref')
    nodeClock.after(0, () => {})()
    expect(unref).toHaveBeenCalledTimes(1)
    unref.mockRestore()
  })
})
