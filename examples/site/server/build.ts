import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

// What is no source of the pages: the packages are used as they were built, and Next writes files of its own.
const ignored = new Set(['node_modules', '.next', 'next-env.d.ts', 'tsconfig.tsbuildinfo', 'src'])

/** Makes the API reference, which its pages are rendered from. In a process of its own: what it takes is given back. */
export function makeReference(dir: string): Promise<void> {
  return run(join(dir, '../../reference/src/main.ts'), [], dir, ['--import', 'tsx'])
}

/** Builds the pages if there is no build, or if a source is newer than it. */
export async function buildIfNeeded(dir: string): Promise<void> {
  const built = await changedAt(join(dir, '.next', 'BUILD_ID'))
  const changed = await Promise.all([newestIn(dir), newestIn(join(dir, '..', '..', 'packages'))])
  if (built > Math.max(...changed)) return
  await makeReference(dir)
  await run(join(dir, 'components/code/colour-sources.ts'), [], dir, ['--import', 'tsx'])
  await run(createRequire(import.meta.url).resolve('next/dist/bin/next'), ['build'], dir)
}

async function newestIn(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  const times = entries
    .filter(({ name }) => !ignored.has(name))
    .map((entry) => (entry.isDirectory() ? newestIn : changedAt)(join(dir, entry.name)))
  return Math.max(0, ...(await Promise.all(times)))
}

async function changedAt(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? 0
}

async function run(script: string, args: readonly string[], cwd: string, flags: readonly string[] = []): Promise<void> {
  const child = spawn(process.execPath, [...flags, script, ...args], { cwd, stdio: 'inherit' })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`The pages could not be built: ${basename(script)} ended with code ${code}.`)
}
