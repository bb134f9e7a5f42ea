import { describe, expect, test } from 'vitest'
import { Run } from './run.ts'

const [a, b, c] = ['first', 'second', 'third'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]

describe('a run of frames', () => {
  test('is its frames, in the order they came, in one piece', () => {
    const run = new Run().and(a).and(b).and(c)
    expect(Buffer.from(run.bytes).toString()).toBe('firstsecondthird')
    expect(run.length).toBe(16)
  })

  test('of one frame is that frame, not a copy', () => {
    expect(new Run().and(a).bytes).toBe(a)
  })

  test('is shared by all that got the same frames, and joined once', () => {
    const nothing = new Run()
    const [one, other] = [nothing.and(a).and(b), nothing.and(a).and(b)]
    expect(other).toBe(one)
    expect(other.bytes).toBe(one.bytes)
  })

  test('does not change when another goes on differently', () => {
    const nothing = new Run()
    const [one, other] = [nothing.and(a).and(b), nothing.and(a).and(c)]
    expect(Buffer.from(one.bytes).toString()).toBe('firstsecond')
    expect(Buffer.from(other.bytes).toString()).toBe('firstthird')
    expect(nothing.length).toBe(0)
  })
})
