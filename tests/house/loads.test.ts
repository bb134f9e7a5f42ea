import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { packageNames } from './source-files.ts'

/** Runs a line in a plain Node, with no loader and no condition of ours, as a user's project would. */
function inPlainNode(kind: 'module' | 'commonjs', code: string): readonly string[] {
  const text = execFileSync(process.execPath, [`--input-type=${kind}`, '-e', `${code}; console.log(...names)`], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  })
  return text.trim().split(' ').sort()
}

// A door that is data, such as a board of Grafana, is read and not run.
const modules = [...packageNames()].filter((name) => !name.endsWith('.json'))

// They load what was built: `npm run build:packages`.
describe('a package loads in plain Node, with the same exports', () => {
  test.each(modules)('%s by import and by require', (name) => {
    const imported = inPlainNode('module', `import * as all from '${name}'; const names = Object.keys(all)`)
    // Node says so of a module with a default export, which the caches of Next are.
    const own = "filter((one) => one !== '__esModule')"
    const required = inPlainNode('commonjs', `const names = Object.keys(require('${name}')).${own}`)
    expect(imported[0]).not.toBe('')
    expect(required).toEqual(imported)
  })
})
