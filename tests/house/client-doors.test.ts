/** By which door `@baro/client` is opened, and what it opens. It is built before: `npm run build:packages`. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, test, vi } from 'vitest'
import { createViteServer } from 'vitest/node'

const root = fileURLToPath(new URL('../../', import.meta.url))
const require = createRequire(import.meta.url)

/** Which file a bundler takes for a door, below `packages`. */
type Resolve = (door: string, mode: 'development' | 'production') => Promise<string>

const inVite: Resolve = async (door, mode) => {
  vi.stubEnv('NODE_ENV', mode)
  const server = await createViteServer({
    ...{ configFile: false, root, mode, logLevel: 'silent', appType: 'custom' },
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  })
  try {
    const found = await server.environments.client.pluginContainer.resolveId(door, `${root}page.ts`)
    return relative(`${root}packages`, found?.id ?? 'nothing')
  } finally {
    await server.close()
    vi.unstubAllEnvs()
  }
}

/** The webpack that Next.js brings. */
const inWebpack: Resolve = (door, mode) => {
  const { webpack } = require('next/dist/compiled/webpack/webpack.js')
  const compiler = webpack({ mode, context: root, entry: './page.ts', optimization: { minimize: false } })
  const resolver = compiler.resolverFactory.get('normal', { ...compiler.options.resolve, dependencyType: 'esm' })
  return new Promise((resolve, reject) =>
    resolver.resolve({}, root, door, {}, (error: Error | null, file: string) =>
      error ? reject(error) : resolve(relative(`${root}packages`, file)),
    ),
  )
}

describe.each<[string, Resolve]>([
  ['Vite', inVite],
  ['webpack', inWebpack],
])('%s', (_, resolve) => {
  test.each([
    ['@baro/client', 'client/dist/checked.js', 'client/dist/index.js'],
    ['@baro/client/websocket', 'client/dist/checked-websocket.js', 'client/dist/websocket.js'],
  ])(
    'opens %s by the door that checks in development, and by the one that does not for users',
    async (door, ...files) => {
      expect([await resolve(door, 'development'), await resolve(door, 'production')]).toEqual(files)
    },
  )
})

test.each(['import', 'require'])('Node opens it by the door that checks, with %s', (way) => {
  const open = `${way}('@baro/client')`
  const code = `Promise.resolve(${open}).then(({ createClient }) => createClient({ lingersMs: 1 })).catch(({ code }) => console.log(code))`
  const env = { ...process.env, NODE_OPTIONS: '' }
  expect(execFileSync(process.execPath, ['-e', code], { cwd: root, env, encoding: 'utf8' })).toBe('bad-definition\n')
})

/** The modules of a page that opens a door, and its code. */
async function bundle(door: string, conditions: readonly string[]) {
  const { outputFiles, metafile } = await build({
    ...{ stdin: { contents: `export * from '${door}'`, resolveDir: root }, bundle: true, write: false, format: 'esm' },
    ...{ platform: 'browser', conditions: [...conditions], metafile: true, outdir: 'made', splitting: true },
  })
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  return { used: used.sort(), text: outputFiles.map(({ text }) => text).join('\n') }
}

describe.each(['@baro/client', '@baro/client/websocket'])('a page with %s', (door) => {
  const words = ['Did you mean', 'checkedOptions', 'maxAttempts: ']

  test('holds no checks when it is built for its users', async () => {
    const { used, text } = await bundle(door, ['production'])
    expect(used.filter((path) => /checked|option-rules/.test(path))).toEqual([])
    for (const word of words) expect(text).not.toContain(word)
  })

  test('holds them in development, and the same client, once', async () => {
    const { used } = await bundle(door, ['production'])
    const checked = await bundle(door, ['development'])
    for (const word of words) expect(checked.text).toContain(word)
    expect(checked.used).toEqual(expect.arrayContaining(used))
    expect(new Set(checked.used).size).toBe(checked.used.length)
    expect(checked.text.match(/function createClientOver\(/g)).toHaveLength(1)
  })
})
