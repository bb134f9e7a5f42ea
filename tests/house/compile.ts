import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The files of a project, by their paths in it. */
export type Files = Readonly<Record<string, string>>

/**
 * What the compiler says about the files of each of these projects, which use our packages as a Next.js application does; empty if
 * nothing. It is asked once for all of them: what takes it long are the packages. What it says about the packages themselves is left
 * to their own checks. The projects are written to a folder of this name, so that two tests do not meet.
 */
export function compilerComplaints<Project extends string>(
  name: string,
  projects: Readonly<Record<Project, Files>>,
  options: Readonly<Record<string, unknown>> = {},
): Readonly<Record<Project, string>> {
  const folder = `${root}.cache/compile/${name}/`
  rmSync(folder, { recursive: true, force: true })
  const config = { ...ofAnApp, compilerOptions: { ...ofAnApp.compilerOptions, ...options } }
  const write = (path: string, text: string) => {
    mkdirSync(dirname(folder + path), { recursive: true })
    writeFileSync(folder + path, text)
  }
  write('tsconfig.json', JSON.stringify(config))
  const names = Object.keys(projects) as Project[]
  for (const project of names)
    for (const [path, text] of Object.entries<string>(projects[project])) write(`${project}/${path}`, text)
  const { stdout, stderr } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', folder], { cwd: root, encoding: 'utf8' })
  // A complaint begins with its file; what is indented explains the one before.
  const complaints = (stdout + stderr).split(/\n(?! )/).filter((text) => text !== '' && !text.startsWith('packages/'))
  const startOf = (project: string) => `.cache/compile/${name}/${project}/`
  const ofNone = complaints.filter((text) => !names.some((project) => text.startsWith(startOf(project))))
  const of = (project: string) => [...ofNone, ...complaints.filter((text) => text.startsWith(startOf(project)))]
  return Object.fromEntries(names.map((project) => [project, of(project).join('\n')])) as Record<Project, string>
}

const ofAnApp = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'ESNext',
    moduleResolution: 'Bundler',
    // What imports nothing is a file of its project too, and its names are its own.
    moduleDetection: 'force',
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
