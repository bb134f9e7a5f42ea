import { expect, test } from 'vitest'
import { type Marks, marked, unreadAfter } from '../../examples/site/components/room/use-unread.ts'

const after = (...steps: readonly (readonly ['reads' | 'away', string | undefined])[]): Marks =>
  steps.reduce((marks, [what, newest]) => marked(marks, what === 'reads', newest), {} as Marks)

test('who looks away has seen what was newest then, however often they look away', () => {
  expect(after(['away', 'a'])).toEqual({ seen: 'a', line: 'a' })
  expect(after(['away', 'a'], ['away', 'b'])).toEqual({ seen: 'a', line: 'a' })
})

test('who comes back to new messages is shown where they begin, until they look away again', () => {
  expect(after(['away', 'a'], ['reads', 'b'])).toEqual({ line: 'a' })
  expect(after(['away', 'a'], ['reads', 'b'], ['reads', 'c'])).toEqual({ line: 'a' })
  expect(after(['away', 'a'], ['reads', 'b'], ['away', 'c'])).toEqual({ seen: 'c', line: 'c' })
})

test('who comes back to nothing new is shown no line above what comes then', () => {
  expect(after(['away', 'a'], ['reads', 'a'])).toEqual({})
  expect(after(['away', undefined], ['reads', undefined])).toEqual({})
})

test('all messages are new in a room that was empty, or whose seen message is no longer there', () => {
  expect(unreadAfter(after(['away', undefined]).seen, ['a', 'b'])).toBe(2)
  expect(unreadAfter('gone', ['a', 'b'])).toBe(2)
  expect(unreadAfter('a', ['a', 'b'])).toBe(1)
  expect(unreadAfter(undefined, ['a', 'b'])).toBe(0)
})
