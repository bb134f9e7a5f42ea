import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One file of the repository, by its path from the root, with `/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const made = new Set(['node_modules', 'dist', 'tarballs', 'coverage'])

/** The text of a file, by its path from the root. */
export function readSource(path: string): string {
  return readFileSync(root + path, 'utf8')
}

/** Every TypeScript file under a folder, what tools made left out. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return made.has(entry.name) || entry.name.startsWith('.') ? [] : sourceFiles(path)
    return /\.tsx?$/.test(path) && !path.endsWith('.d.ts') ? [{ path, text: readSource(path) }] : []
  })
}

/** Whether a file is a test or what tests share, which may use more than what is shipped. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$|^packages\/[^/]+\/test\//.test(path)
}

/** Every name under which our packages may be imported: their `exports`. */
export function packageNames(): ReadonlySet<string> {
  const names = readdirSync(`${root}packages`).flatMap((folder) => {
    const manifest = JSON.parse(readSource(`packages/${folder}/package.json`)) as { name: string; exports: object }
    return Object.keys(manifest.exports).map((door) => manifest.name + door.slice(1))
  })
  return new Set(names)
}
