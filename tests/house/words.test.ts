import { describe, expect, test } from 'vitest'
import { isTest, type SourceFile, sourceFiles } from './source-files.ts'

/** The only files that may touch timers and chance; everything else is given a `Clock` and a `Randomness`. */
const clocks = new Set([
  'packages/core/src/system/clock.ts',
  'packages/core/src/system/randomness.ts',
  'packages/server/src/system/node-clock.ts',
  'packages/testing/src/fake-clock.ts',
])

// `socket.setTimeout(0)` is no timer: it takes one of Node's off a connection.
const timeOrChance =
  /\b(?:setTimeout(?!\(0\))|setInterval|setImmediate|Date\.now|Math\.random|performance\.now|hrtime|randomUUID|randomBytes|getRandomValues)\(|\bnew Date\(\)/

const emptyName = /^(?:.*-)?(?:utils?|helpers?|types|common|misc|managers?)\.tsx?$/

function usesOfTimeOrChance(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => !isTest(path) && !clocks.has(path))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        const code = line.replace(/^\s*(?:\*|\/\/).*$|\s\/\/\s.*$/, '')
        return timeOrChance.test(code) ? [`${path}:${index + 1}: ${line.trim()}`] : []
      }),
    )
}

describe('time and chance are parameters', () => {
  test('no package touches a timer, the date or chance, but through the ports', () => {
    const folders = ['core', 'server', 'client', 'react', 'testing'].map((name) => `packages/${name}/src`)
    expect(usesOfTimeOrChance(folders.flatMap(sourceFiles))).toEqual([])
  })

  test.each(['  const id = setTimeout(run, 5)', 'return Date.now() + 1', 'const at = new Date()'])(
    '%s is found',
    (line) => {
      expect(usesOfTimeOrChance([{ path: 'packages/client/src/a.ts', text: `// a\n${line}` }])).toEqual([
        `packages/client/src/a.ts:2: ${line.trim()}`,
      ])
    },
  )

  test('what a comment says is not found', () => {
    const text = ' * never Date.now()\n  // setTimeout(run, 5) would drift\nconst a = 1 // not Math.random()'
    expect(usesOfTimeOrChance([{ path: 'packages/client/src/a.ts', text }])).toEqual([])
  })
})

describe('a file is named after its idea', () => {
  test('never utils, helpers, types, common or manager', () => {
    const files = ['packages', 'examples', 'bench', 'tests', 'scripts'].flatMap(sourceFiles)
    const names = files.map(({ path }) => path)
    expect(names.filter((path) => emptyName.test(path.slice(path.lastIndexOf('/') + 1)))).toEqual([])
  })

  test.each(['utils.ts', 'types.ts', 'string-utils.ts', 'common.tsx', 'session-manager.ts'])('%s is found', (name) => {
    expect(name).toMatch(emptyName)
  })

  test.each(['event-type.ts', 'session.ts'])('%s is not', (name) => {
    expect(name).not.toMatch(emptyName)
  })
})
