import { expect, test } from 'vitest'
import { exportedNames } from './exported-names.ts'
import { packageNames, readSource } from './source-files.ts'

/** What several packages have, and is the same idea in each: to mount on a hub, and the parts of a page that are rendered anew. */
const sameEverywhere = new Set(['mount', 'Refresh', 'RefreshProps'])

/** The source of a door, as its package says it; `undefined` where it is no code. */
function sourceOf(door: string): string | undefined {
  const [, name = '', below = ''] = /^@baro\/([^/]+)(.*)$/.exec(door) ?? []
  const { exports } = JSON.parse(readSource(`packages/${name}/package.json`))
  const opened = exports[`.${below}`]
  const source: string | undefined = opened['baro-source'] ?? opened.browser?.['baro-source']
  return source && `packages/${name}/${source.slice(2)}`
}

test('no public name stands for two things: whoever imports it of two packages would have to say which', () => {
  const packagesOf = new Map<string, Set<string>>()
  for (const door of packageNames()) {
    const source = sourceOf(door)
    for (const name of source ? exportedNames(source) : []) {
      const packages = packagesOf.get(name) ?? new Set()
      packagesOf.set(name, packages.add(door.split('/')[1] ?? ''))
    }
  }
  expect(packagesOf.size).toBeGreaterThan(400)
  const shared = [...packagesOf].filter(([name, packages]) => packages.size > 1 && !sameEverywhere.has(name))
  expect(shared.map(([name, packages]) => `${name}: ${[...packages].join(', ')}`)).toEqual([])
})
