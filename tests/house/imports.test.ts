import { describe, expect, test } from 'vitest'
import { importComplaints, mayImport } from './import-rules.ts'
import { importsOf } from './import-statements.ts'
import { packageNames, readSource, sourceFiles } from './source-files.ts'

describe('imports run one way', () => {
  test('in this repository', () => {
    const folders = ['packages', 'examples', 'bench', 'tests', 'scripts']
    expect(importComplaints(folders.flatMap(sourceFiles), packageNames())).toEqual([])
  })

  const doors = new Set(
    ['core', 'client', 'server', 'testing', 'testing/broker-suite', 'testing/page-store-suite', 'testing/redis'].map(
      (name) => `@baro/${name}`,
    ),
  )
  const refused: readonly [title: string, path: string, text: string][] = [
    ['core imports no other package', 'packages/core/src/a.ts', `import { createHub } from '@baro/server'`],
    ['core imports nothing from Node', 'packages/core/src/a.ts', `import { join } from 'node:path'`],
    [
      'client never imports server, not even a type',
      'packages/client/src/a.ts',
      `import type { Hub } from '@baro/server'`,
    ],
    ['client has no dependencies', 'packages/client/src/a.ts', `import ws from 'ws'`],
    ['server never imports client', 'packages/server/src/a.ts', `export { createClient } from '@baro/client'`],
    ['react never imports server', 'packages/react/src/a.ts', `import { createHub } from '@baro/server'`],
    ['nothing that is shipped imports testing', 'packages/server/src/a.ts', `import { x } from '@baro/testing'`],
    ['a new package finds its place first', 'packages/valkey/src/a.ts', `import { x } from '@baro/core'`],
    ['another package is imported by its name', 'packages/server/src/a.ts', `import { x } from '../../core/src/b.ts'`],
    ['a package is imported by nothing but its name', 'bench/src/a.ts', `import { x } from '@baro/core/src/b.ts'`],
    ['who uses a package does not reach into it', 'bench/src/a.ts', `import { x } from '../../packages/core/src/b.ts'`],
    ['a test of several packages neither', 'tests/a.ts', `import { x } from '../packages/core/src/b.ts'`],
    [
      'a package does not reach out of its folder',
      'packages/core/src/a.ts',
      `import { x } from '../../../scripts/b.ts'`,
    ],
    ['nothing inside a package imports its index', 'packages/core/src/a.ts', `import { x } from './index.ts'`],
    ['a dynamic import counts', 'packages/client/src/a.ts', `const load = () => import('@baro/server')`],
    ['an export counts', 'packages/client/src/a.ts', `export * from '@baro/server'`],
    ['an import over several lines counts', 'packages/client/src/a.ts', `import {\n  a,\n  b,\n} from '@baro/server'`],
  ]
  test.each(refused)('%s', (_, path, text) => {
    expect(importComplaints([{ path, text }], doors)).toHaveLength(1)
  })

  test('files that load each other are found, through any number of others', () => {
    const files = [
      { path: 'packages/core/src/a.ts', text: `import { b } from './deep/b.ts'` },
      { path: 'packages/core/src/deep/b.ts', text: `export { c } from '../c.ts'` },
      { path: 'packages/core/src/c.ts', text: `import { a } from './a.ts'` },
    ]
    expect(importComplaints(files, doors)).toEqual([
      'These import each other: packages/core/src/a.ts → packages/core/src/deep/b.ts → packages/core/src/c.ts → packages/core/src/a.ts',
    ])
  })

  test('tests of several packages may stand on what the tests of one stand on', () => {
    const file = { path: 'tests/a.ts', text: `import { x } from '../packages/core/test/b.ts'` }
    expect(importComplaints([file], doors)).toEqual([])
    expect(importComplaints([{ ...file, path: 'bench/a.ts' }], doors)).toHaveLength(1)
  })

  test('types may refer to each other, and tests may use what is on top', () => {
    const files = [
      { path: 'packages/core/src/a.ts', text: `import { b } from './b.ts'` },
      { path: 'packages/core/src/b.ts', text: `import type { A } from './a.ts'` },
      { path: 'bench/src/a.ts', text: `import { brokerSuite } from '@baro/testing/broker-suite'` },
      {
        path: 'packages/core/src/b.test.ts',
        text: `import { createFakeClock } from '@baro/testing'\nimport { x } from './index.ts'`,
      },
      { path: 'packages/next/src/a.ts', text: `import { createHub } from '@baro/server'\nimport next from 'next'` },
    ]
    expect(importComplaints(files, doors)).toEqual([])
  })

  test('what a comment or a text says is no import', () => {
    expect(importsOf(` * import { x } from '@baro/server'\n// import { x } from 'y'\n/** import('z') */`)).toEqual([])
  })

  test('what a constant has as its text is none either, and what follows it is', () => {
    const text = "export const a = `import { x } from 'x'\nawait import('y')\n`\nexport { b } from './b.ts'"
    expect(importsOf(text).map(({ specifier }) => specifier)).toEqual(['./b.ts'])
    expect(importsOf(`const a = \`\${await import('y')}\``)).toHaveLength(1)
  })
})

test('ARCHITECTURE.md names each package, its doors, and what it installs', () => {
  const rows = [...readSource('ARCHITECTURE.md').matchAll(/^\| `@baro\/([^`]+)` \| (.*) \| (.*) \|$/gm)]
  expect(rows.map(([, name]) => name).toSorted()).toEqual(Object.keys(mayImport).toSorted())
  for (const [, name, gets = '', imports = ''] of rows) {
    const { exports, dependencies = {} } = JSON.parse(readSource(`packages/${name}/package.json`))
    const below = Object.keys(exports).filter((door) => door !== '.' && !door.endsWith('.json'))
    for (const door of below) expect(gets).toContain(`\`@baro/${name}${door.slice(1)}\``)
    for (const one of Object.keys(dependencies))
      expect(`${name}: ${imports}`).toContain(one.startsWith('@baro/') ? one.slice('@baro/'.length) : `\`${one}\``)
  }
})

describe('"recovered or reset" is decided in one small pure file', () => {
  const text = readSource('packages/core/src/recovery.ts')

  test('of at most 150 lines', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  test("that imports only core's pure files", () => {
    const direct = importsOf(text).map(({ specifier }) => specifier)
    expect(direct).not.toEqual([])
    for (const specifier of direct.flatMap((one) => [one, ...loadedWith(one)]))
      expect(specifier).toMatch(/^\.\/[a-z-]+\.ts$/)
  })
})

/** What a file right in core's source loads, and what that loads; types are gone by then. */
function loadedWith(specifier: string): readonly string[] {
  return importsOf(readSource(`packages/core/src/${specifier}`))
    .filter(({ typeOnly }) => !typeOnly)
    .flatMap((one) => [one.specifier, ...loadedWith(one.specifier)])
}
