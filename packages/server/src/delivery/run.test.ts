import { describe, expect, test } from 'vitest'
import { Run } from './run.ts'

const [a, b, c] = ['first', 'second', 'third'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]

const textsOf = ({ pieces }: Run): readonly string[] => pieces.map((piece) => Buffer.from(piece).toString())

describe('a run of frames', () => {
  test('is its frames, in the order they came, in one piece', () => {
    const run = new Run().and(a).and(b).and(c)
    expect(textsOf(run)).toEqual(['firstsecondthird'])
    expect(run.length).toBe(16)
  })

  test('of one frame is that frame, not a copy', () => {
    expect(new Run().and(a).pieces[0]).toBe(a)
  })

  test('joins the pieces before and after a piece that stands apart, and does not copy that one', () => {
    const run = new Run().and(a).and(b).and(c, true).and(a).and(b)
    expect(textsOf(run)).toEqual(['firstsecond', 'third', 'firstsecond'])
    expect(run.pieces[1]).toBe(c)
    expect(run.length).toBe(27)
  })

  test('of pieces that stand apart is these pieces', () => {
    expect(new Run().and(a, true).and(b, true).pieces).toEqual([a, b])
  })

  test('is shared by all that got the same frames, and joined once', () => {
    const nothing = new Run()
    const [one, other] = [nothing.and(a).and(b), nothing.and(a).and(b)]
    expect(other).toBe(one)
    expect(other.pieces).toBe(one.pieces)
  })

  test('does not change when another socket adds another frame', () => {
    const nothing = new Run()
    const [one, other] = [nothing.and(a).and(b), nothing.and(a).and(c)]
    expect([textsOf(one), textsOf(other)]).toEqual([['firstsecond'], ['firstthird']])
    expect(nothing.length).toBe(0)
  })
})
