/** What is said of each error code, in both languages, is said of all of them, and is what a hub and the command tell. */
import { readFileSync } from 'node:fs'
import { errorCodes } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { chaptersModule, chaptersOf, chaptersPath } from '../../scripts/chapters-module.ts'
import { readSource } from './source-files.ts'

describe.each([
  ['docs/errors.md', 'yes', 'no'],
  ['docs/ko/errors.md', '예', '아니요'],
])('%s', (file, yes, no) => {
  const page = readSource(file)

  test('has a chapter for each error code, and for nothing else', () => {
    const chapters = chaptersOf(page)
    expect(Object.keys(chapters).toSorted()).toEqual(Object.keys(errorCodes).toSorted())
    expect(Object.entries(chapters).filter(([, text]) => text.length < 30)).toEqual([])
  })

  test('has a table that says of each code what the table of the code says, in its order', () => {
    const rows = [...page.matchAll(/^\| \[`([a-z-]+)`\]\(#([a-z-]+)\) \| (\d+) \| (\S+) \|/gm)]
    const expected = Object.entries(errorCodes).map(([code, { status, retry }]) => [
      code,
      code,
      String(status),
      retry ? yes : no,
    ])
    expect(rows.map(([, ...cells]) => cells)).toEqual(expected)
  })
})

test('what a hub and the command tell is what the pages say; else run `npm run errors`', () => {
  expect(readFileSync(chaptersPath, 'utf8')).toBe(chaptersModule())
})

test('chapters are found, as plain text, and no others', () => {
  const page =
    '## Who\n\n### `refused`\n\nNot *you*: see [users](users.md#a).\n\n### Else\n\nNo.\n\n### `closed`\n\nIt is.\n'
  expect(chaptersOf(page)).toEqual({ refused: 'Not *you*: see users.', closed: 'It is.' })
})
