import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { beforeAll, describe, expect, test } from 'vitest'
import { complaints, packAll, packages, projectWith } from './packed.ts'

// They pack what was built: `npm run build:packages`.
beforeAll(packAll)

describe.each(packages)('$name as it is packed', ({ tarball }) => {
  test('is found by everybody who reads its exports (publint)', async () => {
    const { buffer } = Uint8Array.from(readFileSync(tarball))
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true })
    expect(messages).toEqual([])
  })

  test('has the types of what is loaded, in each way of TypeScript to find them (attw)', async () => {
    const checked = await checkPackage(createPackageFromTarballData(readFileSync(tarball)))
    expect(checked).toMatchObject({ types: { kind: 'included' }, problems: [] })
  })
})

describe('a CommonJS project in TypeScript, with the packed packages', () => {
  let project = ''
  beforeAll(() => {
    project = projectWith({ 'package.json': '{ "type": "commonjs" }', 'server.ts': server })
  })

  /** Node10 went with TypeScript 7. So the one that attw brings is asked too: two of our own would both be `tsc`. */
  const compilers = {
    'TypeScript 5': '@arethetypeswrong/core/node_modules/typescript/bin/tsc',
    'TypeScript 7': 'typescript/bin/tsc',
  }
  const ways: readonly (readonly [compiler: keyof typeof compilers, module: string, resolution: string])[] = [
    ['TypeScript 5', 'commonjs', 'node10'],
    ['TypeScript 7', 'node16', 'node16'],
    ['TypeScript 7', 'nodenext', 'nodenext'],
    ['TypeScript 7', 'esnext', 'bundler'],
  ]
  /** What the compiler says about the project and our packages. The old one does not know all of their types. */
  const compile = (compiler: keyof typeof compilers, module: string, resolution: string) => {
    const compilerOptions = {
      skipLibCheck: compiler === 'TypeScript 5',
      ...{ target: 'ES2023', lib: ['ES2023', 'DOM', 'DOM.Iterable'], strict: true, esModuleInterop: true },
      ...{ module, moduleResolution: resolution, types: ['node'], outDir: 'made' },
    }
    writeFileSync(`${project}tsconfig.json`, JSON.stringify({ compilerOptions, files: ['server.ts'] }))
    return complaints(compilers[compiler], ['-p', project])
  }

  /** What Node says, warnings too, without a loader or a condition of ours. */
  const inPlainNode = (...args: readonly string[]) => {
    const env = { ...process.env, NODE_OPTIONS: '' }
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, env, encoding: 'utf8' })
    return stderr + stdout
  }

  test.each(ways)('compiles in %s with module %s and resolution %s', (...way) => {
    expect(compile(...way)).toBe('')
  })

  test('a wrong one would be found', () => {
    writeFileSync(`${project}server.ts`, server.replace("text: 'Hello'", 'txt: 1'))
    expect(compile('TypeScript 7', 'node16', 'node16')).toContain("'txt' does not exist")
    writeFileSync(`${project}server.ts`, server)
  })

  test('runs as it was compiled, and what it requires is what others import', () => {
    expect(compile('TypeScript 7', 'node16', 'node16')).toBe('')
    expect(inPlainNode('made/server.js')).toBe('Hello, one BaroError, 5 doors\n')
  })

  test('plain JavaScript requires it without a warning', () => {
    expect(inPlainNode('-p', `typeof require('@baro/server').createHub`)).toBe('function\n')
  })
})

const server = `
import { createClient } from '@baro/client'
import { createWebSocketTransport } from '@baro/client/transports'
import { BaroError, channel, type ErrorCode, type SnapshotOf } from '@baro/core'
import { definitionOf } from '@baro/core/protocol'
import { attachedHub } from '@baro/next'
import { useChannel } from '@baro/react'
import { createHub, type Hub } from '@baro/server'
import { z } from 'zod'

const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string() }) },
  state: { initial: (): string[] => [], on: { message: (list, { payload }) => [...list, payload.text] } },
})
const hub: Hub = createHub({ channels: [room] })
hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })

async function main(): Promise<void> {
  await hub.publish(room({ id: 1 }), 'message', { text: 'Hello' })
  const { value }: SnapshotOf<typeof room> = await hub.snapshot(room({ id: 1 }))
  const first: string | undefined = value[0]
  const imported: typeof import('@baro/core') = await import('@baro/core')
  const code: ErrorCode = new BaroError('bad-name', 'No.').code
  const doors = [createClient, createWebSocketTransport, definitionOf, attachedHub, useChannel]
  const known = doors.filter((door) => typeof door === 'function').length
  console.log([first, imported.BaroError === BaroError && code ? 'one BaroError' : 'two', known + ' doors'].join(', '))
  await hub.close()
}
void main()
`
