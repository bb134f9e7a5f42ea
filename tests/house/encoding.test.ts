import { describe, expect, test } from 'vitest'
import { isTest, type SourceFile, sourceFiles } from './source-files.ts'

/** The one room where a hub's messages and answers are written as JSON. */
const room = 'packages/server/src/delivery/encode/'

/** JSON of a message or an answer within a text: written by hand, or cut apart. */
const handWritten = /["'`(^{,\\](?:\\?"(?:type|payload|publications|position|snapshot|reset|messages|channel)\\?":)/

function handWrittenJson(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => !isTest(path) && !path.startsWith(room))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        const code = line.replace(/^\s*(?:\*|\/\/|\/\*).*$|\s\/\/\s.*$/, '')
        return handWritten.test(code) ? [`${path}:${index + 1}: ${line.trim()}`] : []
      }),
    )
}

describe('messages are encoded in one place', () => {
  test('no other file of the server writes their JSON by hand, or cuts it apart', () => {
    expect(handWrittenJson(sourceFiles('packages/server/src'))).toEqual([])
  })

  test.each([
    'const text = `{"type":"baro:drain","payload":{}}`',
    `const body = '{"publications":' + text`,
    `const more = ',"position":"' + position`,
    'const answer = /^\\{"type":"baro:(?:recovered|reset)"/',
  ])('%s is found', (line) => {
    expect(handWrittenJson([{ path: 'packages/server/src/session/a.ts', text: line }])).toHaveLength(1)
  })

  test('what the room itself, a test or a comment says is not', () => {
    const text = 'const text = `{"type":"baro:reset"}`'
    const files = [
      { path: `${room}a.ts`, text },
      { path: 'packages/server/src/session/a.test.ts', text },
      { path: 'packages/server/src/session/a.ts', text: ` * ${text}\n// ${text}` },
    ]
    expect(handWrittenJson(files)).toEqual([])
  })
})
