import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { climbs, drawn, floorOf, houses, type Room, sourceOf } from './floors.ts'
import { readSource, sourceFiles } from './source-files.ts'

describe.each(houses.map((house) => [house.package, house] as const))('the house of %s', (_, house) => {
  const rooms = house.floors.flat()
  const pairs = rooms.flatMap((from) =>
    rooms.filter((to) => to !== from).map((to) => [from.name, to.name, from, to] as const),
  )

  const fileIn = ({ name, folders: [folder = ''] }: Room) =>
    posix.join(sourceOf(house), name === 'doors' ? 'index.ts' : posix.join(folder, 'a.ts'))

  /** A file of one room that imports something from another. */
  const planted = (from: Room, to: Room, statement: (specifier: string) => string) => {
    const [path, other] = [fileIn(from), fileIn(to)]
    const specifier = posix.relative(posix.dirname(path), other)
    return { path, text: statement(specifier.startsWith('.') ? specifier : `./${specifier}`) }
  }

  test('no import climbs', () => {
    expect(climbs(house, sourceFiles(sourceOf(house).slice(0, -1)))).toEqual([])
  })

  test.each(pairs)(
    'an import planted in %s of something in %s is found, if it does not go down',
    (_from, _to, from, to) => {
      const mayImport = floorOf(house, from) < floorOf(house, to)
      for (const statement of [
        (specifier: string) => `import { fruit } from '${specifier}'`,
        (specifier: string) => `import type { Fruit } from '${specifier}'`,
        (specifier: string) => `export * from '${specifier}'`,
      ])
        expect(climbs(house, [planted(from, to, statement)])).toHaveLength(mayImport ? 0 : 1)
    },
  )

  test('a folder without a room is found', () => {
    const stray = { path: `${sourceOf(house)}attic/box.ts`, text: '' }
    expect(climbs(house, [stray])).toEqual([expect.stringContaining('in no room')])
  })

  test('no room is empty, and none is named twice', () => {
    const files = sourceFiles(sourceOf(house).slice(0, -1))
    for (const { folders } of rooms.filter(({ name }) => name !== 'doors'))
      for (const folder of folders) {
        const where = posix.join(sourceOf(house), folder)
        expect([folder, files.some(({ path }) => posix.dirname(path) === where.replace(/\/$/, ''))]).toEqual([
          folder,
          true,
        ])
      }
    expect(new Set(rooms.map(({ name }) => name)).size).toBe(rooms.length)
  })

  test('it stands in ARCHITECTURE.md as it is drawn here', () => {
    const table = drawn(house)
    process.stdout.write(`\nThe house of ${house.package}\n${table}\n`)
    expect(readSource('ARCHITECTURE.md')).toContain(table)
  })
})
