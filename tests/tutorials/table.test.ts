/** The tables of docs/tutorials.md say of each file what its own head says. */
import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readSource } from '../house/source-files.ts'
import { baroForm, snippet } from './snippet.ts'

const folder = new URL('../../examples/tutorials/', import.meta.url)
const idioms = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (path) =>
    /\.(?:js|html)$/.test(path) &&
    !/node_modules|\.next/.test(path) &&
    readSource(`examples/tutorials/${path}`).includes('Idiom: '),
)

/** The cells of each row, by the file that it is about. */
function rows(document: string): ReadonlyMap<string, readonly string[]> {
  const lines = readSource(document).matchAll(/^\| (.*?\[`([^`]+)`\]\(.*) \|$/gm)
  return new Map([...lines].map(([, cells = '', path = '']) => [path, cells.split(' | ')]))
}

test('there are files to compare', () => {
  expect(idioms.length).toBeGreaterThan(15)
})

describe.each(['docs/tutorials.md', 'docs/ko/tutorials.md'])('%s', (document) => {
  test('has a row for each file that shows an idiom, and no other', () => {
    expect([...rows(document).keys()].sort()).toEqual(idioms.toSorted())
  })

  test.each(idioms)('names the Baro form of %s, and its change', (path) => {
    const cells = rows(document).get(path) ?? []
    const form = /\[`([^`]+)`\]/.exec(cells[2] ?? '')?.[1] ?? ''
    expect(existsSync(new URL(form, folder))).toBe(true)
    if (!path.startsWith('next/')) expect(form).toBe(baroForm(path))
    const { change } = snippet(path)
    if (change) expect(cells[3]).toContain(change.to.replace(/^'|'$/g, ''))
  })
})

test.each(idioms)('docs/tutorials.md says of %s what its head says', (path) => {
  const { idiom, loses, changed } = snippet(path)
  const [name, ...cells] = rows('docs/tutorials.md').get(path) ?? []
  expect(name).toBe(idiom)
  const said = cells.slice(changed === undefined ? -1 : -2).map((cell) => `${cell}.`)
  expect(said).toEqual(changed === undefined ? [loses] : [loses, changed])
})
