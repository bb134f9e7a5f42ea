import { createSeededRandomness } from '@baro/testing'
import { expect, test } from 'vitest'
import { Attempts } from './attempts.ts'

test('what is owed is ended once each, until Redis does not answer; the rest is ended at the next time', async () => {
  const attempts = new Attempts(createSeededRandomness(1))
  const ended: number[] = []
  let isThere = false
  for (let index = 0; index < 100; index++)
    attempts.owe(attempts.begin(), async () => {
      if (!isThere) throw new Error('Redis is away.')
      ended.push(index)
    })
  await attempts.endOwed()
  expect(ended).toEqual([])
  isThere = true
  await attempts.endOwed()
  await attempts.endOwed()
  expect(ended).toEqual(Array.from({ length: 100 }, (_, index) => index))
})

test('I7: of more than ten thousand the oldest are given up', async () => {
  const attempts = new Attempts(createSeededRandomness(1))
  let ended = 0
  for (let index = 0; index < 10_100; index++) attempts.owe(attempts.begin(), async () => void ended++)
  await attempts.endOwed()
  expect(ended).toBe(10_000)
})

test('an attempt is over once it is taken, ended or owed, and never one of another node', () => {
  const attempts = new Attempts(createSeededRandomness(1))
  const [one, two, three, four] = [attempts.begin(), attempts.begin(), attempts.begin(), attempts.begin()]
  attempts.granted('claim', 1, one)
  expect([one, two, three, four].map((attempt) => attempts.isOver(attempt))).toEqual([false, false, false, false])
  expect([attempts.take('claim', 2), attempts.take('claim', 1), attempts.take('claim', 1)]).toEqual([
    undefined,
    one,
    undefined,
  ])
  attempts.ended(two)
  attempts.owe(three, async () => {})
  expect([one, two, three, four].map((attempt) => attempts.isOver(attempt))).toEqual([true, true, true, false])
  expect(attempts.isOver('elsewhere.1')).toBe(false)
})
