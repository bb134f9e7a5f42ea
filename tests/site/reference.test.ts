/** The API reference: each name that may be imported has its entry, and what an entry leads to is there. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorCodes } from '@baro/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { guideFile, guides, hrefOfFile } from '../../examples/site/components/docs/guides.ts'
import { type Document, readDocument, readReferencePassages } from '../../examples/site/components/docs/markdown.ts'
import { searchIn } from '../../examples/site/components/docs/passages.ts'
import { referenceFile, referenceIndex, referencePages } from '../../examples/site/components/docs/reference-pages.ts'
import { makeReference } from '../../reference/src/reference.ts'
import { exportedNames } from '../house/exported-names.ts'
import { packageNames, readSource } from '../house/source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let complaints: readonly string[] = []

beforeAll(async () => {
  complaints = await makeReference()
  // The site runs in its own folder.
  vi.spyOn(process, 'cwd').mockReturnValue(`${root}examples/site`)
})
afterAll(() => void vi.restoreAllMocks())

/** The source of a door, from the root of the repository. */
function sourceOf(page: string): string {
  const [folder = '', ...door] = page.split('/')
  const { exports } = JSON.parse(readSource(`packages/${folder}/package.json`))
  return `packages/${folder}/${exports[['.', ...door].join('/')]['baro-source'].slice(2)}`
}

test('it has a page for each name that may be imported, and no others', () => {
  const doors = [...packageNames()].filter((name) => !name.endsWith('.json'))
  expect(referencePages.map((page) => `@baro/${page}`).toSorted()).toEqual(doors.toSorted())
})

test('nothing is wrong with the TSDoc that it is made of: no name without a text, and no link into nothing', () => {
  expect(complaints).toEqual([])
})

describe.each(referencePages)('the page of @baro/%s', (page) => {
  test('has an entry for everything that is exported there', () => {
    const expected = [...exportedNames(sourceOf(page))].toSorted()
    const entries = [...readFileSync(root + referenceFile(page), 'utf8').matchAll(/^### (.+)$/gm)]
    const names = entries.map(([, name = '']) => name.replaceAll('\\', '').replace(/\(\)$/, ''))
    expect(names.toSorted()).toEqual(expected)
    expect(expected).not.toEqual([])
  })
})

test('a name that has no entry would be found', () => {
  const files: Record<string, string> = {
    'a/index.ts': `export { one, type Two as Second } from './b.ts'\nexport * from './b.ts'\n// export const no = 1`,
    'a/b.ts': 'export const one = 1\nexport interface Two {}\nexport async function three() {}\nconst four = 4',
  }
  expect([...exportedNames('a/index.ts', (path) => files[path] ?? '')]).toEqual(['one', 'Second', 'Two', 'three'])
})

describe('every link leads to a place that is there', () => {
  const pages = new Map<string, Document>()
  beforeAll(async () => {
    const files = [
      referenceIndex,
      ...referencePages.map(referenceFile),
      ...guides.map((guide) => guideFile('en', guide)),
    ]
    const read = files.map(async (file) => {
      const href = hrefOfFile('en', file) ?? file
      pages.set(href, await readDocument(file, (file) => hrefOfFile('en', file)))
    })
    await Promise.all(read)
  })

  /** Links of a page that lead nowhere. */
  function deadLinks(at: string, html: string): readonly string[] {
    const links = [...html.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href)
    return links.filter((href) => {
      if (/^https?:/.test(href)) return false
      const [path = '', place] = href.split('#')
      const target = pages.get(path === '' ? at : path)
      return !target || (place !== undefined && !target.html.includes(`id="${decodeURIComponent(place)}"`))
    })
  }

  test.each(['', ...referencePages.map((page) => `/${page}`)])('of /docs/api%s', (page) => {
    const at = `/en/docs/api${page}`
    const { html } = pages.get(at) ?? { html: '' }
    expect(html.length).toBeGreaterThan(100)
    expect(deadLinks(at, html)).toEqual([])
    // A block of code in a list or a table would have lost its text.
    expect(html).not.toMatch(/<code><\/code>/)
  })

  test('a dead one would be found', () => {
    const at = '/en/docs/api/core'
    expect(deadLinks(at, '<a href="#channel"></a><a href="/en/docs/api/react#usechannel"></a>')).toEqual([])
    expect(deadLinks(at, '<a href="#chanel"></a><a href="/en/docs/api/raect"></a>')).toHaveLength(2)
  })

  test('an error code that is thrown leads to what is said of it', () => {
    const { html } = pages.get('/en/docs/api/core') ?? { html: '' }
    expect(html).toContain('<a href="/en/docs/errors#bad-definition"><code>bad-definition</code></a>')
    const places = Object.keys(errorCodes).filter(
      (code) => !pages.get('/en/docs/errors')?.html.includes(`id="${code}"`),
    )
    expect(places).toEqual([])
  })
})

test('the search finds a name, and a name of what it has', async () => {
  const passages = await Promise.all(
    referencePages.map((page) => readReferencePassages(referenceFile(page), `/${page}`)),
  )
  const find = searchIn(passages.flat())
  expect(find('createHub', 3)[0]).toMatchObject({ href: '/server#createhub', heading: 'createHub()' })
  expect(find('serveSockets', 3)[0]).toMatchObject({ href: '/server#hub', heading: 'Hub' })
  expect(find('heartbeatIntervalMs', 3).map(({ href }) => href)).toContain('/server#huboptions')
})

test('nothing of it is of an older build', () => {
  const names = readdirSync(`${root}.cache/reference/@baro`, { recursive: true, encoding: 'utf8' })
  const pages = names.filter((name) => name.endsWith('.md')).map((name) => name.slice(0, -'.md'.length))
  expect(pages.toSorted()).toEqual(referencePages.toSorted())
})
