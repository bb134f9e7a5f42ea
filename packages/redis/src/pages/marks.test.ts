import { expect, test } from 'vitest'
import { Marks, type ToldMarks } from './marks.ts'

/** Marks that are told by hand. */
function stage() {
  const asked: number[] = []
  const answers: { readonly resolve: (told: ToldMarks) => void; readonly reject: (error: unknown) => void }[] = []
  const marks = new Marks({
    elapsed: () => 0,
    goodForMs: 1_000,
    mostTags: 10,
    since: (number) => {
      asked.push(number)
      return new Promise((resolve, reject) => answers.push({ resolve, reject }))
    },
  })
  const answer = (last: number) => answers.shift()?.resolve({ last, forgotten: 0, tags: [['a', last]] })
  return { marks, asked, answer, fail: () => answers.shift()?.reject(new Error('away')) }
}

test('a hundred who ask while somebody asks wait for one more answer, which is none from before', async () => {
  const { marks, asked, answer } = stage()
  const first = marks.ask()
  const others = Array.from({ length: 100 }, async () => {
    await marks.ask()
    return marks.last
  })
  answer(1)
  await first
  expect(marks.last).toBe(1)
  await expect.poll(() => asked).toEqual([0, 1])
  answer(2)
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]))
  expect(asked).toEqual([0, 1])
  expect(marks.of(['a', 'b'])).toEqual([2, 0])
})

test('who waits for the next answer gets it although the first one failed', async () => {
  const { marks, asked, answer, fail } = stage()
  const first = marks.ask()
  const second = marks.ask()
  fail()
  await expect(first).rejects.toThrow('away')
  await expect.poll(() => asked).toEqual([0, 0])
  answer(3)
  await second
  expect([marks.last, marks.isGood]).toEqual([3, true])
})
