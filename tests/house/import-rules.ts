import { posix } from 'node:path'
import { importsOf } from './import-statements.ts'
import { isTest, type SourceFile } from './source-files.ts'

/**
 * Which of our packages each package may import: core ← client ← react ← next, client ← cli, core ← server ← next, jwt, socket.io, supabase, metrics and inspector, core ← disk, redis and sanitize, disk ← postgres, testing on top of all.
 * A package that is not named here is refused, so that a new one finds its place first.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  client: ['core'],
  server: ['core'],
  disk: ['core'],
  redis: ['core'],
  jwt: ['core', 'server'],
  postgres: ['core', 'disk'],
  sanitize: ['core'],
  'socket.io': ['core', 'server'],
  supabase: ['core', 'server'],
  metrics: ['core', 'server'],
  cli: ['core', 'client', 'inspector'],
  inspector: ['core', 'server'],
  react: ['core', 'client'],
  next: ['core', 'server', 'react'],
  testing: ['core', 'client', 'server'],
}

/** A door before the front door: it checks what comes in, and what it opens is that one. */
const outerDoors = new Set(['packages/client/src/checked.ts'])

/** These run in every browser and runtime, so they import nothing that is not ours. */
const selfContained = new Set(['core', 'client'])

/**
 * What is wrong with where these files import from, one sentence each; empty if nothing is.
 *
 * @param doors Every name under which a package of ours may be imported.
 */
export function importComplaints(files: readonly SourceFile[], doors: ReadonlySet<string>): readonly string[] {
  return [
    ...files.flatMap((file) =>
      importsOf(file.text).flatMap(({ specifier }) => {
        const complaint = complaintAbout(file.path, specifier, doors)
        return complaint === undefined ? [] : [`${file.path} imports ${specifier}: ${complaint}`]
      }),
    ),
    ...cycles(files).map((cycle) => `These import each other: ${cycle.join(' → ')}`),
  ]
}

function complaintAbout(path: string, specifier: string, doors: ReadonlySet<string>): string | undefined {
  const from = packageOf(path)
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier)
    const to = packageOf(target)
    // What the tests of a package stand on is no inside of it: tests of several packages may stand on it too.
    if (path.startsWith('tests/') && target.startsWith(`packages/${to}/test/`)) return undefined
    if (to !== undefined && to !== from) return 'the inside of another package; import it by its name'
    if (from !== undefined && to === undefined) return 'a package reaches out of its folder'
    if (from !== undefined && target === `packages/${from}/src/index.ts` && !isTest(path) && !outerDoors.has(path))
      return 'the front door, from within'
    return undefined
  }
  const to = /^@baro\/([^/]+)/.exec(specifier)?.[1]
  if (to !== undefined && !doors.has(specifier)) return 'the inside of another package; import it by its name'
  if (from === undefined || isTest(path)) return undefined
  if (to !== undefined) return mayImport[from]?.includes(to) ? undefined : `${from} may not import ${to}`
  return selfContained.has(from) ? `${from} imports nothing that is not ours` : undefined
}

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1]
}

/** Circles among files as they are loaded; types may refer to each other, for they are gone by then. */
function cycles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const edges = new Map(files.map((file) => [file.path, loadedFrom(file)]))
  const found: string[][] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push([...trail.slice(start), path])
    if (start >= 0 || done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

function loadedFrom({ path, text }: SourceFile): readonly string[] {
  return importsOf(text)
    .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
    .map(({ specifier }) => posix.join(posix.dirname(path), specifier))
}
