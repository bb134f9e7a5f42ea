import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { packages, root } from './doors.ts'

/** Where the pages are, from the root of the repository: `@baro/core.md`, `@baro/core/broker.md`, and `index.md`. */
export const referenceFolder = '.cache/reference'

/**
 * Makes the pages of the reference, unless they are there already: of the same sources they are the same, and to make them
 * takes ten seconds. Returns what is wrong with the TSDoc, one sentence each; empty if nothing is.
 */
export async function makeReference(): Promise<readonly string[]> {
  const folder = join(root, referenceFolder)
  const key = sourcesKey()
  const made = readMade(folder)
  if (made?.key === key) return made.complaints
  const { convert } = await import('./convert.ts')
  // Two may make it at once. Each has a folder of its own until it is whole.
  const draft = `${folder}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  const complaints = await convert(draft)
  writeFileSync(join(draft, 'made.json'), JSON.stringify({ key, complaints }))
  place(draft, folder, key)
  return complaints
}

function place(draft: string, folder: string, key: string): void {
  rmSync(folder, { recursive: true, force: true })
  try {
    renameSync(draft, folder)
  } catch (error) {
    // Another one was quicker. Of the same sources it has made the same.
    if (readMade(folder)?.key !== key) throw error
    rmSync(draft, { recursive: true })
  }
}

interface Made {
  readonly key: string
  readonly complaints: readonly string[]
}

function readMade(folder: string): Made | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8')) as Made
  } catch {
    return undefined
  }
}

/** Names all that the pages are made of. */
function sourcesKey(): string {
  const hash = createHash('sha256')
  const folders = [import.meta.dirname, ...packages().map(({ doors: [front] }) => join(front?.source ?? root, '..'))]
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  const manifests = packages().map(({ doors: [front] }) => join(front?.source ?? root, '../../package.json'))
  for (const file of [...files, ...manifests, join(root, 'package-lock.json')].toSorted()) {
    if (!/\.(?:tsx?|json)$/.test(file) || /\.test\.tsx?$/.test(file)) continue
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}
