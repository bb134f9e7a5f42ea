import { describe, expect, test } from 'vitest'
import { compilerComplaints } from './compile.ts'
import { readSource } from './source-files.ts'

/** What the examples of the hub's contract may take for granted. */
const given = `
import { channel, type Schema } from '@baro/core'
import { createHub } from '@baro/server'
declare const schema: Schema<{ text: string }>
declare const key: string, cert: string, hash: string
declare const app: { get(path: string, handler: (...args: Parameters<ReturnType<typeof hub.serve>>) => void): void }
const room = channel('room:{id}', { events: { message: schema }, state: { initial: () => [] as string[], on: {} } })
const hub = createHub({ channels: [room] })
`

/** The code of the examples in the comments of a file, in order. */
function examplesIn(path: string): readonly string[] {
  const fences = readSource(path).matchAll(/^ *\* ```ts\n([\s\S]*?)^ *\* ```$/gm)
  return [...fences].map(([, code = '']) => code.replace(/^ *\* ?/gm, ''))
}

describe('the examples in the contract of a hub', () => {
  const examples = examplesIn('packages/server/src/hub/hub.ts')
  const files = (codes: readonly string[]) =>
    Object.fromEntries(
      codes.map((code, index) => [`example-${index}.ts`, `${given}export async function example() {\n${code}\n}`]),
    )

  test('compile, and a wrong one would be found', () => {
    expect(examples.join()).toContain('hub.open(')
    const wrong = examples.map((code) => code.replace("text: 'Hello'", 'txt: 1'))
    const said = compilerComplaints('hub-examples', { right: files(examples), wrong: files(wrong) })
    expect(said).toEqual({ right: '', wrong: expect.stringContaining("'txt' does not exist") })
  })
})
