import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compilerComplaints, type Files } from './compile.ts'
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

/** The samples of all pages of a folder, a folder for each page. What a page takes as given stands in the README. */
function projectOf(folder: string): Files {
  const { 'channels.ts': channels = '' } = samples('README.md')
  const files = names.flatMap((name) =>
    Object.entries({ 'channels.ts': channels, ...samples(`${folder}/${name}`) }).map(
      ([path, code]) => [`${name.replace('.md', '')}/${path}`, code] as const,
    ),
  )
  return { ...Object.fromEntries(files), 'package.json': '{ "type": "module" }' }
}

describe('the pages of both languages have samples', () => {
  const [english, korean] = [projectOf('docs'), projectOf('docs/ko')]

  test('that compile against the packages, as files of one Next.js app', () => {
    for (const files of [english, korean]) expect(Object.keys(files).length).toBeGreaterThan(20)
    expect(compilerComplaints('docs', { english, korean })).toEqual({ english: '', korean: '' })
  })

  test('without JSX that compile where Node runs the files too', () => {
    // Next bundles its instrumentation and what is in `app`, and Turbopack finds no './channels.js' where there is a
    // `channels.ts`.
    const isBundled = /\.tsx$|instrumentation\.ts$|\/app\//
    const withoutBundled = (files: Files) =>
      Object.fromEntries(Object.entries(files).filter(([path]) => !isBundled.test(path)))
    const projects = { english: withoutBundled(english), korean: withoutBundled(korean) }
    const options = { module: 'node16', moduleResolution: 'node16' }
    expect(compilerComplaints('docs-node16', projects, options)).toEqual({ english: '', korean: '' })
  })
})

describe.each(['docs', 'docs/ko'])('the pages of %s', (folder) => {
  test.each(names)('lead to files that are there: %s', (name) => {
    const links = [...readSource(`${folder}/${name}`).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
    const paths = links.map(([, path]) => normalize(join(dirname(`${folder}/${name}`), path ?? '')))
    expect(paths.length).toBeGreaterThanOrEqual(2)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

test.each(names)('%s leads to the same page in the other language, and to the README, from its first lines', (name) => {
  expect(readSource(`docs/${name}`).split('\n')[2]).toContain(`[한국어](ko/${name}) · [README](../README.md)`)
  expect(readSource(`docs/ko/${name}`).split('\n')[2]).toContain(`[English](../${name}) · [README](../../README.ko.md)`)
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
