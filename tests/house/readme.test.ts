import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compilerComplaints } from './compile.ts'
import { readSource } from './source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The samples of a README that are files of the reader's project, by their path there; or those that may stand `instead`
 * of one.
 */
function samples(readme: string, which: 'file' | 'instead' = 'file'): Readonly<Record<string, string>> {
  const fences = readSource(readme).matchAll(new RegExp(`^\`\`\`tsx? ${which}=(\\S+)\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))
  return Object.fromEntries([...fences].map(([, path, text]) => [path ?? '', text ?? '']))
}

/** Code as both languages share it: without comments and without the texts a person reads. */
function withoutWords(code: string): string {
  return code
    .replace(/\/\/.*$/gm, '')
    .replace(/text: '[^']*'|\.end\('[^']*'\)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

describe.each(['README.md', 'README.ko.md'])('%s', (readme) => {
  const text = readSource(readme)

  test('its samples compile against the packages, as files of one Next.js app', () => {
    expect(Object.keys(samples(readme)).length).toBeGreaterThanOrEqual(6)
    expect(compilerComplaints(readme, { ...samples(readme), 'package.json': '{ "type": "module" }' })).toBe('')
  })

  test('so do those that may stand in the place of one', () => {
    const others = samples(readme, 'instead')
    expect(Object.keys(others)).toEqual(['app/rooms/[id]/page.tsx'])
    const app = { ...samples(readme), ...others, 'package.json': '{ "type": "module" }' }
    expect(compilerComplaints(`${readme}-instead`, app)).toBe('')
  })

  test('a sample that is wrong would be found', () => {
    const [path = '', code = ''] = Object.entries(samples(readme)).find(([name]) => name.endsWith('room.tsx')) ?? []
    const wrong = { ...samples(readme), [path]: code.replace('text: String(', 'txt: String(') }
    expect(compilerComplaints(`${readme}-wrong`, wrong)).toContain("'txt' does not exist")
  })

  test('it names the two commands', () => {
    expect(text).toContain('npm ci && npm start')
    expect(text).toContain('npm ci && npm test')
  })

  test('the files it leads to are there', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path ?? '')
    expect(links.length).toBeGreaterThan(4)
    expect(links.filter((path) => !existsSync(root + path))).toEqual([])
  })
})

test('both READMEs show the same code', () => {
  const [english, korean] = ['README.md', 'README.ko.md'].map((readme) =>
    [...Object.entries(samples(readme)), ...Object.entries(samples(readme, 'instead'))].map(([path, code]) => [
      path,
      withoutWords(code),
    ]),
  )
  expect(korean).toEqual(english)
})
