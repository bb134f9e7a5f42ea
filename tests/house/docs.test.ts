import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compilerComplaints } from './compile.ts'
import { differences, samples } from './samples.ts'
import { readSource } from './source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const names = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'))
/** What a reader can count in a page: its chapters, the rows of each table, and its blocks of code. */
function shapeOf(file: string): readonly string[] {
  const parts: string[] = []
  let isCode = false
  for (const line of readSource(file).split('\n')) {
    if (line.startsWith('```')) {
      if (!isCode) parts.push(line)
      isCode = !isCode
    } else if (!isCode && line.startsWith('#')) parts.push(line.replace(/ .*/, ''))
    else if (!isCode && line.startsWith('|')) parts.push(`row of ${line.split(/(?<!\\)\|/).length - 2}`)
  }
  return parts
}

const packageJson = { 'package.json': '{ "type": "module" }' }

/** The samples of all pages of a folder, a folder for each page. What a page takes as given stands in the README. */
function projectOf(folder: string): Readonly<Record<string, string>> {
  const { 'channels.ts': channels = '' } = samples('README.md')
  const files = names.flatMap((name) =>
    Object.entries({ 'channels.ts': channels, ...samples(`${folder}/${name}`) }).map(
      ([path, code]) => [`${name.replace('.md', '')}/${path}`, code] as const,
    ),
  )
  return Object.fromEntries(files)
}

describe.each(['docs', 'docs/ko'])('the pages of %s', (folder) => {
  const project = folder.replace('/', '-')

  test('have samples that compile against the packages, as files of one Next.js app', () => {
    expect(Object.keys(projectOf(folder)).length).toBeGreaterThan(20)
    expect(compilerComplaints(project, { ...projectOf(folder), ...packageJson })).toBe('')
  })

  test('have samples without JSX that compile where Node runs the files too', () => {
    // Next bundles its instrumentation and what is in `app`, and Turbopack finds no './channels.js' where there is a
    // `channels.ts`.
    const isBundled = /\.tsx$|instrumentation\.ts$|\/app\//
    const files = Object.entries(projectOf(folder)).filter(([path]) => !isBundled.test(path))
    const options = { module: 'node16', moduleResolution: 'node16' }
    expect(compilerComplaints(`${project}-node16`, { ...Object.fromEntries(files), ...packageJson }, options)).toBe('')
  })

  test.each(names)('lead to files that are there: %s', (name) => {
    const links = [...readSource(`${folder}/${name}`).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
    const paths = links.map(([, path]) => normalize(join(dirname(`${folder}/${name}`), path ?? '')))
    expect(paths.length).toBeGreaterThanOrEqual(2)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

test.each(names)('both languages of %s have the same chapters, tables and samples, in the same order', (name) => {
  const [english, korean] = [`docs/${name}`, `docs/ko/${name}`].map(shapeOf)
  expect(korean).toEqual(english)
})

test.each(names)('both languages of %s show the same code', (name) => {
  expect(differences(`docs/${name}`, `docs/ko/${name}`)).toEqual([])
})

test.each(names)('%s is named in both READMEs', (name) => {
  expect(readSource('README.md')).toContain(`](docs/${name}`)
  expect(readSource('README.ko.md')).toContain(`](docs/ko/${name}`)
})
