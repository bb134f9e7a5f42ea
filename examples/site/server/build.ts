import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// What is no source of the pages: the packages are used as they were built, and Next writes files of its own.
const ignored = new Set(['node_modules', '.next', 'next-env.d.ts', 'tsconfig.tsbuildinfo', 'src'])

/** Builds the pages if there is no build, or if a source is newer than it. */
export async function buildIfNeeded(dir: string): Promise<void> {
  const built = await changedAt(join(dir, '.next', 'BUILD_ID'))
  const changed = await Promise.all([newestIn(dir), newestIn(join(dir, '..', '..', 'packages'))])
  if (built > Math.max(...changed)) return
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

async function run(script: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(process.execPath, [script, ...args], { cwd, stdio: 'inherit' })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`The pages could not be built: next build ended with code ${code}.`)
}
