import { createFakeClock } from '@baro/testing'
import { describe, expect, it } from 'vitest'
import { watchSleep } from './sleep.ts'

describe('a machine that sleeps', () => {
  function watch() {
    const clock = createFakeClock()
    let slept = 0
    const stop = watchSleep(clock, () => {
      slept++
    })
    return { clock, stop, slept: () => slept }
  }

  it('is noticed within 5 s of waking, once, where the clock for waits stood still', () => {
    const { clock, slept } = watch()
    clock.advance(7_000)
    clock.jump(3_600_000)
    expect(slept()).toBe(0)
    clock.advance(3_000)
    expect(slept()).toBe(1)
    clock.advance(60_000)
    expect(slept()).toBe(1)
  })

  it('is noticed where that clock went on: what was to run comes late', () => {
    const { clock, slept } = watch()
    const late = { ...clock, after: (ms: number, run: () => void) => clock.after(ms + 3_600_000, run) }
    let told = 0
    const stop = watchSleep(late, () => {
      told++
    })
    clock.advance(3_605_000)
    expect([told, slept()]).toEqual([1, 0])
    stop()
  })

  it('is not noticed where a clock was set a little, or back, or nothing happened', () => {
    const { clock, slept } = watch()
    for (const ms of [4_999, -86_400_000, 0]) {
      clock.jump(ms)
      clock.advance(5_000)
    }
    expect(slept()).toBe(0)
  })

  it('is not watched any more once that is stopped', () => {
    const { clock, stop } = watch()
    clock.advance(12_000)
    stop()
    expect(clock.pending).toBe(0)
  })
})
