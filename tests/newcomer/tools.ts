/** The package managers and Node versions of newcomers, installed once beside this repository's own packages. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('./tools/', import.meta.url))
const folder = fileURLToPath(new URL('../../.cache/newcomer-tools/', import.meta.url))

/** Which Node a newcomer has: `this` is the one that runs the tests. */
export type NodeVersion = 'this' | '20' | '22' | '24' | '26'
/** Which package manager; `yarn pnp` is today's yarn without a `node_modules`, as it is by default. */
export type ManagerName = 'npm' | 'pnpm' | 'yarn' | 'yarn berry' | 'yarn pnp' | 'bun'

/** How a package manager is used in a project. */
export interface Manager {
  /** The command that adds packages, to which their names are added. */
  readonly add: readonly string[]
  /** The command that runs a program of the project by Node. */
  readonly run: readonly string[]
  /** What is added to run TypeScript. */
  readonly tsx: readonly string[]
  /** What create-next-app is told. */
  readonly generatorFlag: string
  /** Files of a project that chooses it. */
  readonly files: Readonly<Record<string, string>>
}

/** Runs a command; what it printed is in the error if it fails. */
export function run(cwd: string, env: NodeJS.ProcessEnv, [command = '', ...args]: readonly string[]): void {
  try {
    execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr, message } = error as { readonly [key: string]: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? message}`)
  }
}

/** The program of this Node version. Each is a package of npm, without install scripts. */
export function nodeProgram(version: NodeVersion): string {
  if (version === 'this') return process.execPath
  const home = join(folder, `node-${version}`)
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const program = join(home, 'node_modules', name, 'bin/node')
  if (!existsSync(program)) {
    mkdirSync(home, { recursive: true })
    run(home, process.env, ['npm', 'install', '--prefix', home, '--no-audit', '--no-fund', `${name}@${version}`])
  }
  return program
}

/** The environment of a newcomer: this Node comes first, and nobody is told what we do. */
export function environment(version: NodeVersion): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _ours, ...env } = process.env
  const own = dirname(nodeProgram(version))
  return {
    ...env,
    PATH: `${own}${delimiter}${env.PATH}`,
    NEXT_TELEMETRY_DISABLED: '1',
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
    NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fileURLToPath(new URL('./fonts.cjs', import.meta.url)),
  }
}

/** Where a tool is, installed when it is first asked for. */
export function tool(path: string): string {
  const wanted = readFileSync(join(here, 'package.json'), 'utf8')
  const installed = join(folder, 'package.json')
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
    mkdirSync(folder, { recursive: true })
    copyFileSync(join(here, 'package.json'), installed)
    run(folder, process.env, ['npm', 'install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'])
  }
  return join(folder, 'node_modules', path)
}

/** The generator of this repository's development dependencies. */
export const nextGenerator = (): string => createRequire(import.meta.url).resolve('create-next-app/dist/index.js')

/** A package manager. */
export function manager(name: ManagerName): Manager {
  const plain = { run: ['node'], files: {}, tsx: ['tsx'] }
  switch (name) {
    case 'npm':
      return { ...plain, add: ['npm', 'install', '--no-audit', '--no-fund'], generatorFlag: '--use-npm' }
    case 'pnpm':
      // It fails where a package has an install script that nobody has allowed.
      return {
        ...plain,
        tsx: ['--allow-build=esbuild', 'tsx'],
        add: ['node', tool('pnpm/bin/pnpm.mjs'), 'add'],
        generatorFlag: '--use-pnpm',
      }
    case 'yarn':
      return { ...plain, add: ['node', tool('yarn/bin/yarn.js'), 'add'], generatorFlag: '--use-yarn' }
    case 'yarn berry':
    case 'yarn pnp': {
      const yarn = ['node', tool('berry/bin/yarn.js')]
      // A lockfile says that the folder is a project of its own.
      const files = { 'yarn.lock': '', ...(name === 'yarn berry' && { '.yarnrc.yml': 'nodeLinker: node-modules\n' }) }
      return {
        ...plain,
        add: [...yarn, 'add'],
        ...(name === 'yarn pnp' && { run: [...yarn, 'node'] }),
        files,
        generatorFlag: '--use-yarn',
      }
    }
    case 'bun':
      return { ...plain, add: [bun(), 'add'], generatorFlag: '--use-bun' }
  }
}

function bun(): string {
  const platforms = dirname(tool('@oven/any'))
  const [platform = ''] = readdirSync(platforms)
  return join(platforms, platform, 'bin/bun')
}
