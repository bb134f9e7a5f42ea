import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { packageNames } from './source-files.ts'

// A door that is data, such as a board of Grafana, is read and not run.
const modules = [...packageNames()].filter((name) => !name.endsWith('.json'))

/** What each module exports in a plain Node, with no loader and no condition of ours, as in a user's project; or why it does not load. */
function inPlainNode(kind: 'module' | 'commonjs', load: string): Readonly<Record<string, readonly string[] | string>> {
  const code = `(async () => {
    const found = {}
    for (const name of ${JSON.stringify(modules)})
      found[name] = await Promise.resolve(name).then((name) => ${load}).then((all) => Object.keys(all).sort(), String)
    console.log(JSON.stringify(found))
  })()`
  const text = execFileSync(process.execPath, [`--input-type=${kind}`, '-e', code], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  })
  return JSON.parse(text)
}

// They load what was built: `npm run build:packages`.
describe('a package loads in plain Node, with the same exports', () => {
  const imported = inPlainNode('module', 'import(name)')
  const required = inPlainNode('commonjs', 'require(name)')
  test.each(modules)('%s by import and by require', (name) => {
    expect(imported[name]).toEqual(expect.arrayContaining([expect.any(String)]))
    // Node says so of a module with a default export, which the caches of Next are.
    const own = (key: string) => key !== '__esModule'
    expect([...(required[name] ?? [])].filter(own)).toEqual(imported[name])
  })
})
