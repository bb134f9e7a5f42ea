import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'

/** Pages that import nothing but a client, and the package that this is of. */
export const pages = {
  'baro-websocket': '@baro/client',
  baro: '@baro/client',
  'socket-io': 'socket.io-client',
  supabase: '@supabase/realtime-js',
  centrifuge: 'centrifuge',
} as const

export type Page = keyof typeof pages

/** How much a browser loads of a client, in bytes after gzip. */
export interface SizeRun {
  readonly page: Page
  readonly version: string
  /** Before the first connection. */
  readonly firstLoadBytes: number
  /** With all that it may load later. */
  readonly allBytes: number
}

/** Bundles a page as its users get it. */
export async function measureSize(page: Page): Promise<SizeRun> {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { dependencies, devDependencies } = JSON.parse(manifest) as Readonly<Record<string, Record<string, string>>>
  const version = { ...dependencies, ...devDependencies }[pages[page]] ?? 'of this repository'
  return { page, version, firstLoadBytes: await bytesOf(page, [withoutLater]), allBytes: await bytesOf(page, []) }
}

async function bytesOf(page: Page, plugins: Plugin[]): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`pages/${page}.ts`, import.meta.url))],
    ...{ bundle: true, minify: true, write: false, plugins },
    // As a bundler sets them when it builds for users.
    ...{ platform: 'browser', format: 'esm', conditions: ['production'] },
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}

/** What `import()` names is a file of its own. */
const withoutLater: Plugin = {
  name: 'without-later',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined))
  },
}
