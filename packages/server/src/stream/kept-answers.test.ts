import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { KeptAnswers } from './kept-answers.ts'

function setUp() {
  const clock = createFakeClock()
  const answers = new KeptAnswers<number>(clock)
  let asked = 0
  const ask = (question: string) => answers.get(question, async () => ++asked)
  return { clock, answers, ask }
}

describe('kept answers', () => {
  test('those who ask the same get the same', async () => {
    const { ask } = setUp()
    expect(await Promise.all([ask('a'), ask('b'), ask('a')])).toEqual([1, 2, 1])
  })

  test('I7: are forgotten after a second, and then nothing is left to do', async () => {
    const { clock, ask } = setUp()
    await ask('a')
    clock.advance(999)
    expect(await ask('a')).toBe(1)
    clock.advance(1)
    expect(clock.pending).toBe(0)
    expect(await ask('a')).toBe(2)
  })

  test('I7: are at most 64; further questions are answered, and not kept', async () => {
    const { ask } = setUp()
    for (let index = 1; index <= 64; index++) await ask(`question ${index}`)
    expect([await ask('one more'), await ask('one more')]).toEqual([65, 66])
    expect(await ask('question 1')).toBe(1)
  })

  test('are forgotten when the stream moves on, and leave no timer', async () => {
    const { clock, answers, ask } = setUp()
    await ask('a')
    answers.forget()
    expect(clock.pending).toBe(0)
    expect(await ask('a')).toBe(2)
  })

  test('a failure is not kept', async () => {
    const { answers, ask } = setUp()
    const failing = answers.get('a', async () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await ask('a')).toBe(1)
  })
})
