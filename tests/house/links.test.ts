import { readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { headingAnchors } from '../../examples/site/components/docs/heading-anchors.ts'
import { readSource } from './source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const isDocument = (name: string) => name.endsWith('.md')
const documents = ['', 'docs/', 'docs/ko/', 'bench/']
  .flatMap((folder) => readdirSync(root + folder).map((name) => folder + name))
  .filter(isDocument)

/** The places of a document, as GitHub names them. */
function placesOf(document: string): ReadonlySet<string> {
  const placeOf = headingAnchors()
  return new Set([...withoutCode(document).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => placeOf(heading)))
}

function withoutCode(document: string): string {
  return readSource(document).replace(/^```[\s\S]*?^```$/gm, '')
}

test.each(documents)('every link of %s into a document leads to a chapter that is there', (document) => {
  const links = [...withoutCode(document).matchAll(/\]\(([^)#:\s]*)#([^)\s]+)\)/g)]
  const dead = links.filter(([, path = '', place = '']) => {
    const target = path === '' ? document : normalize(join(dirname(document), path))
    return isDocument(target) && !placesOf(target).has(decodeURIComponent(place))
  })
  expect(dead.map(([link]) => link)).toEqual([])
})

test('a link to a chapter that is not there would be found', () => {
  expect(placesOf('README.md')).toContain('survive-a-restart')
  expect(placesOf('README.md')).not.toContain('survive-an-earthquake')
  expect(placesOf('README.ko.md').size).toBe(placesOf('README.md').size)
})
