/** What the site says travels with its pages, in their language: no module that comes to a browser may bring all of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const site = fileURLToPath(new URL('../../examples/site/', import.meta.url))

/** The modules of the site that one imports, but for its types. */
function importsOf(file: string): readonly string[] {
  const statements = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (type )?[^;'"]*?from '(\.[^']+\.tsx?)'/gms)
  return [...statements].filter(([, type]) => !type).map(([, , path = '']) => resolve(dirname(file), path))
}

/** The ways by which a module comes to another one, of those that begin at a file. */
function waysTo(
  target: string,
  file: string,
  way: readonly string[] = [],
  seen = new Set<string>(),
): readonly string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const here = [...way, relative(site, file)]
  if (file === target) return [here.join(' > ')]
  return importsOf(file).flatMap((imported) => waysTo(target, imported, here, seen))
}

test('no component of the browser brings the texts of the site along', () => {
  const files = readdirSync(`${site}components`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${site}components/${name}`)
  const ofBrowser = files.filter((file) => readFileSync(file, 'utf8').startsWith("'use client'"))
  expect(ofBrowser.length).toBeGreaterThan(80)
  for (const name of ['words', 'en', 'ko'])
    expect(ofBrowser.flatMap((file) => waysTo(`${site}i18n/${name}.ts`, file))).toEqual([])
  // Pages have them.
  expect(waysTo(`${site}i18n/ko.ts`, `${site}app/[lang]/page.tsx`)).not.toEqual([])
})

/** All modules that one brings along. */
function broughtBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const imported of importsOf(file)) broughtBy(imported, seen)
  return seen
}

/** The names in all calls, or lists, of a kind. */
const namesIn = (text: string, kind: RegExp) =>
  [...text.matchAll(kind)].flatMap(([, list = '']) => [...list.matchAll(/'(\w+)'/g)].map(([, name = '']) => name))

const layout = readFileSync(`${site}app/[lang]/layout.tsx`, 'utf8')
const ofLayout = namesIn(layout, /<PageWords [^>]*of=\{\[([^\]]*)\]\}/g)

test('the page of the Pages Router names the words of its parts too, of which its frame names the usual ones', () => {
  const [page, app] = [`${site}pages/[lang]/pages-router.tsx`, `${site}pages/_app.tsx`]
  const used = [page, app].flatMap((file) =>
    [...broughtBy(file)].flatMap((module) => namesIn(readFileSync(module, 'utf8'), /useWords\(([^)]*)\)/g)),
  )
  const ofFrame = namesIn(
    readFileSync(`${site}components/pages-router/framed.ts`, 'utf8'),
    /textsIn\(language, \[([^\]]*)\]/g,
  )
  const named = [...ofFrame, ...namesIn(readFileSync(page, 'utf8'), /words: \[([^\]]*)\]/g)]
  expect(used).toEqual(expect.arrayContaining(['account', 'pagesRouter', 'pulse']))
  expect(used.filter((part) => !named.includes(part))).toEqual([])
})

test.each(readdirSync(`${site}app`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('page.tsx')))(
  '%s names the words of its parts',
  (name) => {
    const file = `${site}app/${name}`
    const used = [...broughtBy(file)].flatMap((module) => namesIn(readFileSync(module, 'utf8'), /useWords\(([^)]*)\)/g))
    const named = [...ofLayout, ...namesIn(readFileSync(file, 'utf8'), /<PageFrame\s[^>]*words=\{\[([^\]]*)\]\}/g)]
    expect(used).toContain('account')
    expect(used.filter((part) => !named.includes(part))).toEqual([])
  },
)
