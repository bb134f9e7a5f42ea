import { expect, test } from 'vitest'
import { createPageShelf } from '../../examples/site/server/page-shelf.ts'

test('I7: the pages that were not read for the longest time go first, as many as have to', () => {
  const shelf = createPageShelf(10)
  expect(shelf.put('a', 4)).toEqual([])
  expect(shelf.put('b', 4)).toEqual([])
  shelf.touch('a')
  expect(shelf.put('c', 4)).toEqual(['b'])
  expect(shelf.put('d', 10)).toEqual(['a', 'c'])
})

test('a page that is written again counts once', () => {
  const shelf = createPageShelf(10)
  for (let round = 0; round < 10; round++) expect(shelf.put('a', 6)).toEqual([])
  expect(shelf.put('a', 2)).toEqual([])
  expect(shelf.put('b', 8)).toEqual([])
  expect(shelf.put('b', 9)).toEqual(['a'])
})

test('a page that is larger than the shelf does not stay, and takes up nothing', () => {
  const shelf = createPageShelf(10)
  expect(shelf.put('a', 11)).toEqual(['a'])
  expect(shelf.put('b', 10)).toEqual([])
})

test('reading a page that is not there puts nothing on the shelf', () => {
  const shelf = createPageShelf(10)
  shelf.touch('a')
  expect(shelf.put('b', 11)).toEqual(['b'])
})
