import type { ManagerName, NodeVersion } from './tools.ts'

/** How a Next.js app is made, built and started. */
export interface NextWay {
  readonly bundler: 'turbopack' | 'webpack'
  readonly cacheComponents: boolean
  readonly how: 'start' | 'dev' | 'standalone'
  /** Next.js 15.5 in the place of the newest. */
  readonly isOld?: true
}

/** One newcomer: what they make, and what they have. */
export interface Row {
  readonly app: 'vite' | 'node' | 'express' | 'express page' | 'pages router' | NextWay
  readonly manager: ManagerName
  readonly node: NodeVersion
  /** Run by the test command. */
  readonly isShort?: true
}

const defaults: NextWay = { bundler: 'turbopack', cacheComponents: true, how: 'start' }
const plain: NextWay = { ...defaults, cacheComponents: false }

/** Each manager, Node version, bundler and way at least once, and those that are most likely more than once. */
export const rows: readonly Row[] = [
  { app: defaults, manager: 'npm', node: 'this', isShort: true },
  { app: { ...defaults, bundler: 'webpack' }, manager: 'pnpm', node: '22' },
  { app: plain, manager: 'yarn', node: '24' },
  { app: { ...plain, bundler: 'webpack' }, manager: 'yarn berry', node: '26' },
  { app: defaults, manager: 'bun', node: '22' },
  { app: { ...defaults, how: 'dev' }, manager: 'pnpm', node: '24' },
  { app: { ...defaults, how: 'dev', bundler: 'webpack' }, manager: 'npm', node: '20' },
  { app: { ...defaults, how: 'standalone' }, manager: 'npm', node: '24' },
  { app: { ...plain, bundler: 'webpack', isOld: true }, manager: 'npm', node: '20' },
  { app: 'vite', manager: 'pnpm', node: '26' },
  { app: 'vite', manager: 'npm', node: '22' },
  { app: 'node', manager: 'npm', node: '20' },
  { app: 'node', manager: 'yarn pnp', node: '24' },
  { app: 'express', manager: 'bun', node: '22' },
  { app: 'express', manager: 'yarn', node: '26' },
  { app: 'express page', manager: 'npm', node: '20' },
  { app: 'pages router', manager: 'npm', node: '24' },
]

/** What the table calls a row. */
export function nameOf({ app, manager, node }: Row): string {
  return [appName(app), manager, `Node ${node === 'this' ? process.version.slice(1) : node}`].join(', ')
}

function appName(app: Row['app']): string {
  if (app === 'vite') return 'Vite + React on another port'
  if (app === 'node') return 'plain Node'
  if (app === 'express') return 'Express'
  if (app === 'express page') return 'Express with a page'
  if (app === 'pages router') return 'Next.js 16 build, Pages Router'
  const { isOld, how, bundler, cacheComponents } = app
  const without = cacheComponents ? '' : ', no cacheComponents'
  return `Next.js ${isOld ? '15.5' : '16'} ${how === 'start' ? 'build' : how}, ${bundler}${without}`
}
