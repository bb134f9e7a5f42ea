import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { compilerComplaints, type Files } from './compile.ts'
import { differences, samples } from './samples.ts'
import { readSource } from './source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const readmes = ['README.md', 'README.ko.md'] as const
const packageJson = { 'package.json': '{ "type": "module" }' }

/** Those that may stand in the place of one, in its place. */
const withOthers = (readme: string): Files => ({ ...samples(readme), ...samples(readme, 'instead'), ...packageJson })

function withWrong(readme: string): Files {
  const [path = '', code = ''] = Object.entries(samples(readme)).find(([name]) => name.endsWith('room.tsx')) ?? []
  return { ...samples(readme), [path]: code.replace('text: String(', 'txt: String(') }
}

/** What the compiler says about the samples, about those that may stand in the place of one, and about a wrong one. */
let said: Readonly<Record<string, string>>
beforeAll(() => {
  const projects = readmes.map((readme) => ({
    [readme]: { ...samples(readme), ...packageJson },
    [`${readme}-instead`]: withOthers(readme),
    [`${readme}-wrong`]: withWrong(readme),
  }))
  said = compilerComplaints('README', Object.assign({}, ...projects))
})

describe.each(readmes)('%s', (readme) => {
  const text = readSource(readme)

  test('its samples compile against the packages, as files of one Next.js app', () => {
    expect(Object.keys(samples(readme)).length).toBeGreaterThanOrEqual(6)
    expect(said[readme]).toBe('')
  })

  test('so do those that may stand in the place of one', () => {
    const others = samples(readme, 'instead')
    expect(Object.keys(others)).toEqual(['app/rooms/[id]/page.tsx'])
    expect(said[`${readme}-instead`]).toBe('')
  })

  test('a sample that is wrong would be found', () => {
    expect(said[`${readme}-wrong`]).toContain("'txt' does not exist")
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

test('the samples of a plain Node server compile where Node runs the files too', () => {
  const { 'channels.ts': channels = '', 'server.ts': server = '', 'client.ts': client = '' } = samples('README.md')
  const files = {
    'channels.ts': channels,
    'server.ts': server,
    'client.ts': client,
    ...packageJson,
  }
  const options = { module: 'node16', moduleResolution: 'node16' }
  const bare = { ...files, 'server.ts': server.replace('./channels.js', './channels') }
  const said = compilerComplaints('README-node16', { files, bare }, options)
  expect(said).toEqual({ files: '', bare: expect.stringContaining("'./channels.js'") })
})

test('both READMEs show the same code', () => {
  expect(differences('README.md', 'README.ko.md')).toEqual([])
})
