import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { guideFile, guides } from '../../examples/site/components/docs/guides.ts'
import { readDocument, readPassages } from '../../examples/site/components/docs/markdown.ts'
import { type Passage, searchIn } from '../../examples/site/components/docs/passages.ts'
import { languages } from '../../examples/site/i18n/languages.ts'

const passages: readonly Passage[] = [
  { href: '/a', guide: 'Messages', heading: 'Signals', text: 'A signal is over in a second. Polling may miss it.' },
  { href: '/b', guide: 'Deploy', heading: 'nginx', text: 'Polling passes, and so do signals of an open stream.' },
  { href: '/c', guide: '메시지', heading: '시그널', text: '폴링에서는 시그널을 받지 못합니다.' },
]
const hrefs = (question: string) => searchIn(passages)(question, 8).map(({ href }) => href)

describe('the search of the guides', () => {
  test.each([
    ['every word, in any order', 'polling signal', ['/a', '/b']],
    ['a part of a word', 'SIGN', ['/a', '/b']],
    ['Korean without its particle', '시그널', ['/c']],
    ['Korean in single letters, as a Mac may send it', '폴링'.normalize('NFD'), ['/c']],
    ['nothing for a word that is nowhere', 'polling kafka', []],
    ['nothing for no words', '   ', []],
  ])('finds %s', (_, question, expected) => {
    expect(hrefs(question)).toEqual(expected)
  })

  test('shows those first that have the word in their heading, and at most so many', () => {
    expect(hrefs('nginx')).toEqual(['/b'])
    expect(searchIn([...passages].reverse())('signal', 8).map(({ href }) => href)).toEqual(['/a', '/b'])
    expect(searchIn(passages)('signal', 1)).toHaveLength(1)
  })

  test('shows some words around what it has found', () => {
    const text = `${'before '.repeat(40)}needle ${'after '.repeat(40)}`
    const [found] = searchIn([{ href: '/d', guide: 'g', heading: 'h', text }])('needle', 8)
    expect(found?.around).toMatch(/^… before .*needle after .* …$/)
  })
})

test('the site shows every guide of the repository, and what one looks things up in', () => {
  const references = ['ARCHITECTURE.md', 'PROTOCOL.md', 'SECURITY.md']
  const names = readdirSync(fileURLToPath(new URL('../../docs', import.meta.url))).filter((name) =>
    name.endsWith('.md'),
  )
  const files = guides.map((guide) => guideFile('en', guide))
  expect(files.toSorted()).toEqual([...names.map((name) => `docs/${name}`), ...references].toSorted())
})

describe('what it looks through', () => {
  // The site runs in its own folder.
  beforeAll(
    () => void vi.spyOn(process, 'cwd').mockReturnValue(fileURLToPath(new URL('../../examples/site', import.meta.url))),
  )
  afterAll(() => void vi.restoreAllMocks())

  test.each(languages)('has the picture of how it works as a part of its page (%s)', async (language) => {
    const { html } = await readDocument(guideFile(language, 'how-it-works'), () => undefined)
    expect(html).toMatch(/<svg [^>]*role="img" aria-label="[^"]{40,}"/)
    // It has the colours of the site, and the policy of the page knows no other style.
    expect(html).not.toContain('<style>')
  })

  test.each(languages)('leads to headings that are on the page (%s)', async (language) => {
    for (const guide of guides) {
      const file = guideFile(language, guide)
      const [{ html }, parts] = await Promise.all([readDocument(file, () => undefined), readPassages(file, '/guide')])
      expect(parts.length).toBeGreaterThan(2)
      const places = parts.flatMap(({ href }) => href.split('#')[1] ?? [])
      expect(places.filter((place) => !html.includes(`id="${place}"`))).toEqual([])
      expect(new Set(places).size).toBe(places.length)
    }
  })
})
