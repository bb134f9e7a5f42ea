import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compilerComplaints } from './compile.ts'
import { differences, samples } from './samples.ts'
import { readSource } from './source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

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

test('the samples of a plain Node server compile where Node runs the files too', () => {
  const { 'channels.ts': channels = '', 'server.ts': server = '', 'client.ts': client = '' } = samples('README.md')
  const files = {
    'channels.ts': channels,
    'server.ts': server,
    'client.ts': client,
    'package.json': '{ "type": "module" }',
  }
  const options = { module: 'node16', moduleResolution: 'node16' }
  expect(compilerComplaints('README-node16', files, options)).toBe('')
  const bare = { ...files, 'server.ts': server.replace('./channels.js', './channels') }
  expect(compilerComplaints('README-node16-bare', bare, options)).toContain("'./channels.js'")
})

test('both READMEs show the same code', () => {
  expect(differences('README.md', 'README.ko.md')).toEqual([])
})
