import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readSource } from './source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = `${root}.cache/packed/`

/** A package as users get it. */
export interface Packed {
  readonly name: string
  readonly tarball: string
}

/** Every package, and where its tarball will be. */
export const packages: readonly Packed[] = readdirSync(`${root}packages`).map((path) => {
  const { name, version } = JSON.parse(readSource(`packages/${path}/package.json`)) as Record<string, string>
  return { name: `${name}`, tarball: `${folder}${name?.replace('@', '').replace('/', '-')}-${version}.tgz` }
})

/** Packs what was built (`npm run build:packages`), as `npm run pack` does. */
export function packAll(): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const workspaces = packages.flatMap(({ name }) => ['-w', name])
  execFileSync('npm', ['pack', '--loglevel=error', '--pack-destination', folder, ...workspaces], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Makes a project that has the packages installed, and returns its folder. Whatever else it imports comes from ours. */
export function projectWith(files: Readonly<Record<string, string>>): string {
  const project = `${folder}project/`
  for (const { name, tarball } of packages) {
    const installed = `${project}node_modules/${name}`
    mkdirSync(installed, { recursive: true })
    execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  }
  for (const [path, text] of Object.entries(files)) writeFileSync(project + path, text)
  return project
}

/** What a tool says that does not like something; empty if it does. */
export function complaints(tool: string, args: readonly string[], cwd: string = root): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}node_modules/${tool}`, ...args], {
    cwd,
    encoding: 'utf8',
  })
  return status === 0 ? '' : stdout + stderr || `${tool} ended with ${status}.`
}
