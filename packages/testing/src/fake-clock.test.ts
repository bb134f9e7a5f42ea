import { describe, expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'

describe('fake clock', () => {
  test('runs callbacks in the order of their due time, not of their scheduling', () => {
    const clock = createFakeClock()
    const ran: string[] = []
    clock.after(20, () => ran.push('later'))
    clock.after(10, () => ran.push('first'))
    clock.after(10, () => ran.push('second'))
    clock.advance(9)
    expect(ran).toEqual([])
    clock.advance(1)
    expect(ran).toEqual(['first', 'second'])
    clock.advance(10)
    expect(ran).toEqual(['first', 'second', 'later'])
  })

  test('runs what a callback schedules within the span, at its own moment', () => {
    const clock = createFakeClock()
    const moments: number[] = []
    const again = () => {
      moments.push(clock.elapsed())
      clock.after(10, again)
    }
    clock.after(10, again)
    clock.advance(35)
    expect(moments).toEqual([10, 20, 30])
    expect(clock.elapsed()).toBe(35)
    expect(clock.nextInMs).toBe(5)
  })

  test('runs what was due while it stood still late, in order, and what that schedules after it', () => {
    const clock = createFakeClock()
    const ran: string[] = []
    clock.after(20, () => ran.push(`second at ${clock.elapsed()}`))
    clock.after(10, () => {
      ran.push(`first at ${clock.elapsed()}`)
      clock.after(0, () => ran.push('after all that was due'))
    })
    clock.standStill(50)
    expect([ran, clock.nextInMs, clock.now()]).toEqual([[], 0, Date.UTC(2026, 0, 1) + 50])
    clock.advance(0)
    expect(ran).toEqual(['first at 50', 'second at 50', 'after all that was due'])
  })

  test('never runs a callback inside the call that scheduled it', () => {
    const clock = createFakeClock()
    let ran = 0
    clock.soon(() => ran++)
    clock.after(-5, () => ran++)
    clock.after(Number.NaN, () => ran++)
    expect(ran).toBe(0)
    clock.advance(0)
    expect(ran).toBe(3)
  })

  test('an exception in one callback does not keep the others from running', () => {
    const clock = createFakeClock()
    let ran = 0
    clock.after(1, () => {
      throw new Error('one')
    })
    clock.after(2, () => ran++)
    expect(() => clock.advance(5)).toThrow('one')
    expect(ran).toBe(1)
    expect(clock.elapsed()).toBe(5)

    for (const name of ['two', 'three'])
      clock.after(1, () => {
        throw new Error(name)
      })
    expect(() => clock.advance(1)).toThrow(/2 callbacks threw.*two.*three/)
  })

  test('a cancelled callback does not run, and cancelling twice or late does nothing', () => {
    const clock = createFakeClock()
    const ran: string[] = []
    const cancel = clock.after(1, () => ran.push('cancelled'))
    const late = clock.after(1, () => ran.push('ran'))
    clock.after(1, () => ran.push('other'))
    cancel()
    cancel()
    expect(clock.pending).toBe(2)
    clock.advance(1)
    late()
    expect(ran).toEqual(['ran', 'other'])
    expect(clock.pending).toBe(0)
  })

  test('a jump moves the wall clock only', () => {
    const clock = createFakeClock({ now: 1_000 })
    let ran = 0
    clock.after(10, () => ran++)
    clock.jump(-500)
    expect([clock.now(), clock.elapsed(), ran]).toEqual([500, 0, 0])
    clock.advance(10)
    expect([clock.now(), clock.elapsed(), ran]).toEqual([510, 10, 1])
  })

  test('advanceToNext goes to the next moment and runs all that is due then', () => {
    const clock = createFakeClock()
    let ran = 0
    clock.after(7, () => ran++)
    clock.after(7, () => ran++)
    clock.after(8, () => ran++)
    expect(clock.advanceToNext()).toBe(true)
    expect([clock.elapsed(), ran]).toEqual([7, 2])
    expect(clock.advanceToNext()).toBe(true)
    expect(clock.advanceToNext()).toBe(false)
    expect(ran).toBe(3)
  })

  test('pass lets promises settle between two moments', async () => {
    const clock = createFakeClock()
    const moments: number[] = []
    const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
    const walk = async () => {
      for (let step = 0; step < 3; step++) {
        await wait(10)
        moments.push(clock.elapsed())
      }
    }
    void walk()
    await clock.pass(100)
    expect(moments).toEqual([10, 20, 30])
    expect(clock.elapsed()).toBe(100)
  })

  test('a callback that schedules itself for now without end is named instead of hanging the test', () => {
    const clock = createFakeClock()
    const restless = () => clock.soon(restless)
    clock.soon(restless)
    expect(() => clock.advance(0)).toThrow('restless')
  })
})
