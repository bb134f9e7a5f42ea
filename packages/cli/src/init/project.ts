/** A project as `init` looks at it. Paths are below its folder, with "/" between. */
export interface Project {
  /** The text of a file; `undefined` if there is none. */
  read(path: string): string | undefined
  hasFolder(path: string): boolean
}

/** What `package.json` says. */
export interface Manifest {
  readonly type?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** The packages that are named, with their versions. */
export function dependenciesOf({ dependencies, devDependencies }: Manifest): ReadonlyMap<string, string> {
  return new Map(Object.entries({ ...devDependencies, ...dependencies }))
}

/** What a project asks a package manager. */
export interface PackageManager {
  readonly add: string
  readonly execute: string
  readonly run: string
}

const lockFiles: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', { add: 'pnpm add', execute: 'pnpm exec', run: 'pnpm run' }],
  ['yarn.lock', { add: 'yarn add', execute: 'yarn', run: 'yarn run' }],
  ['bun.lock', { add: 'bun add', execute: 'bunx', run: 'bun run' }],
  ['bun.lockb', { add: 'bun add', execute: 'bunx', run: 'bun run' }],
]

/** The package manager whose lockfile is there; npm if there is none. */
export function packageManagerOf(project: Project): PackageManager {
  const found = lockFiles.find(([file]) => project.read(file) !== undefined)
  return found?.[1] ?? { add: 'npm install', execute: 'npx', run: 'npm run' }
}
