/** What ships to browsers keeps to the browsers that the READMEs name: its syntax, its built-ins, and the APIs it calls. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import compat from 'eslint-plugin-compat'
import esx from 'eslint-plugin-es-x'
import { expect, test } from 'vitest'
import { readSource } from './source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The browsers in the row of a README that names Node 20.19 too, with the first version of each. */
function browsersOf(readme: string): Readonly<Record<string, string>> {
  const row = /\| [^|]*Node 20\.19[^|]*\|/.exec(readSource(readme))?.[0] ?? ''
  return Object.fromEntries(
    [...row.matchAll(/(Chrome|Edge|Firefox|Safari) ([\d.]+)/g)].map(([, name = '', version]) => [name, `${version}`]),
  )
}

const browsers = browsersOf('README.md')

/** What the client calls of a browser, by its name in MDN's data. Beside these it uses the language alone. */
const apis = [
  'AbortController',
  'AbortSignal',
  'AbortSignal.timeout_static',
  'Blob',
  'BroadcastChannel',
  'LockManager.request',
  'Response',
  'TextDecoder',
  'TextDecoderStream',
  'TextEncoder',
  'URL',
  'WebSocket',
  'atob',
  'btoa',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'localStorage',
  'location',
  'performance',
  'queueMicrotask',
  'sessionStorage',
  'setTimeout',
]

const languageRules = { ...esx.configs['flat/restrict-to-es2022'].rules, ...esx.configs['flat/no-new-in-esnext'].rules }
/** A method of an array has the same name, and no plugin knows types. TypeScript does: in ES2023 no iterator has them. */
const namesOfArrays = Object.fromEntries(
  Object.keys(languageRules)
    .filter((rule) => rule.startsWith('es-x/no-iterator-prototype-'))
    .map((rule) => [rule, 'off']),
)

const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  ignorePatterns: ['!**/dist'],
  overrideConfig: {
    plugins: { compat, 'es-x': esx },
    rules: { ...languageRules, ...namesOfArrays, 'compat/compat': 'error', 'no-undef': ['error', { typeof: false }] },
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: 'module',
      // `Buffer` is Node's, and asked for by `typeof` first.
      globals: Object.fromEntries([...apis, 'globalThis', 'Buffer'].map((name) => [name, 'readonly'])),
    },
    settings: {
      'es-x': { aggressive: true },
      targets: Object.entries(browsers).map(([name, version]) => `${name} >= ${version}`),
    },
  } as NonNullable<ESLint.Options['overrideConfig']>,
})

const complaintsOf = ({ filePath, messages }: ESLint.LintResult): readonly string[] =>
  messages.map(({ message, line }) => `${filePath.slice(root.length)}:${line} ${message}`)

test('both READMEs name the same browsers, those of Next.js and Vite', () => {
  expect(browsers).toEqual({ Chrome: '111', Edge: '111', Firefox: '114', Safari: '16.4' })
  expect(browsersOf('README.ko.md')).toEqual(browsers)
})

test.each([
  ['newer syntax', 'export const vowel = /[a--b]/v'],
  ['a newer built-in', 'export const list = (from) => Array.fromAsync(from)'],
  ['a newer method', 'export const sorted = (list) => list.toSorted()'],
  ['a newer API', 'export const transport = new WebTransport("https://localhost")'],
  ['an API that nobody has looked up', 'export const idle = () => globalThisThing.now()'],
])('%s would be found', async (_, text) => {
  const found = await eslint.lintText(text, { filePath: `${root}packages/client/dist/sample.js` })
  expect(found.flatMap(complaintsOf)).not.toEqual([])
})

// They read what was built: `npm run build:packages`.
test('everything that core, the client and the hooks ship is read by these browsers', async () => {
  const shipped = ['core', 'client', 'react'].map((name) => `packages/${name}/dist/**/*.js`)
  const results = await eslint.lintFiles(shipped)
  expect(results.length).toBeGreaterThan(60)
  expect(results.flatMap(complaintsOf)).toEqual([])
})

interface Support {
  readonly version_added: string | false
}

interface Tree {
  readonly [name: string]: Tree
  readonly __compat: { readonly support: Readonly<Record<string, Support | readonly Support[]>> } & Tree
}

const walk = (tree: Tree, path: string) => path.split('.').reduce<Tree | undefined>((at, name) => at?.[name], tree)

test.each(apis)('%s is in all of them', (api) => {
  const data = createRequire(import.meta.url)('@mdn/browser-compat-data') as { readonly api: Tree }
  // What a window has by itself may stand on its own, or under its interface.
  const entry = walk(data.api, api) ?? walk(data.api, `Window.${api}`)
  if (!entry) throw new Error(`MDN knows no ${api}.`)
  const { support } = entry.__compat
  for (const [name, version] of Object.entries(browsers)) {
    // A partial one counts too: none of ours needs the rest, such as which error a timeout gives.
    const versions = [support[name.toLowerCase()] ?? []].flat().map((one) => Number.parseFloat(`${one.version_added}`))
    expect(Math.min(...versions), `${api} in ${name}`).toBeLessThanOrEqual(Number.parseFloat(version))
  }
})
