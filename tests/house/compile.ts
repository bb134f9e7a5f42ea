import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What the compiler says about some files of a project that uses our packages as a Next.js application does; empty if
 * nothing. What it says about the packages themselves is left to their own checks. The files are written to a folder of
 * this name, so that two tests do not meet.
 */
export function compilerComplaints(
  name: string,
  files: Readonly<Record<string, string>>,
  options: Readonly<Record<string, unknown>> = {},
): string {
  const folder = `${root}.cache/compile/${name}/`
  rmSync(folder, { recursive: true, force: true })
  const project = { ...ofAnApp, compilerOptions: { ...ofAnApp.compilerOptions, ...options } }
  for (const [path, text] of Object.entries({ ...files, 'tsconfig.json': JSON.stringify(project) })) {
    mkdirSync(dirname(folder + path), { recursive: true })
    writeFileSync(folder + path, text)
  }
  const { stdout, stderr } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', folder], { cwd: root, encoding: 'utf8' })
  // A complaint begins with its file; what is indented explains the one before.
  const complaints = (stdout + stderr).split(/\n(?! )/)
  return complaints.filter((complaint) => complaint !== '' && !complaint.startsWith('packages/')).join('\n')
}

const ofAnApp = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'ESNext',
    moduleResolution: 'Bundler',
    customConditions: ['baro-source'],
    allowImportingTsExtensions: true,
    jsx: 'react-jsx',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  },
  include: ['**/*'],
}
