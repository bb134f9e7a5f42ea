import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { start } from '../../test/stage.ts'
import { exitCodes } from '../index.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const nextApp = { 'package.json': '{"dependencies":{"next":"16.4.6"}}', 'app/page.tsx': '' }

function appOf(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'baro-init-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return {
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    files: () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort(),
    async init(...argv: readonly string[]) {
      const running = start(['init', ...argv], {}, { folder })
      return { code: await running.ended, out: running.out, err: running.err }
    },
  }
}

test('it writes the files, and a second time finds them there', async () => {
  const app = appOf(nextApp)
  const first = await app.init()
  expect(first.code).toBe(exitCodes.done)
  expect(first.out).toContain('written app/rooms/[id]/room.tsx')
  expect(first.out).toContain('npm install ../baro/tarballs/next/*.tgz zod')
  expect(app.files()).toEqual(['channels.ts', 'instrumentation.ts', 'package.json', 'page.tsx', 'page.tsx', 'room.tsx'])
  expect(app.read('package.json')).toBe(nextApp['package.json'])
  const second = await app.init()
  expect(second.code).toBe(exitCodes.done)
  expect(second.out).not.toContain('written')
})

test('a file of yours is left as it is, and what belongs there is shown', async () => {
  const app = appOf({ ...nextApp, 'instrumentation.ts': '// mine' })
  const { code, out } = await app.init()
  expect(code).toBe(exitCodes.found)
  expect(app.read('instrumentation.ts')).toBe('// mine')
  expect(out).toMatch(/instrumentation.ts is yours.*\n\nimport \{ room \} from '.\/channels'/)
  expect(app.read('channels.ts')).toContain('room:{id}')
})

test('with --dry-run it writes nothing, and says the same', async () => {
  const app = appOf({ ...nextApp, 'channels.ts': '// mine' })
  const { code, out } = await app.init('--dry-run', '--json')
  expect(code).toBe(exitCodes.found)
  expect(JSON.parse(out)).toMatchObject({ kind: 'next', files: [{ is: 'differs' }, { is: 'new' }, { is: 'new' }, {}] })
  expect(app.files()).toEqual(['channels.ts', 'package.json', 'page.tsx'])
})

test.each([
  ['no folder of an app', {}, [], /no package.json here/],
  ['a kind that does not exist', nextApp, ['--kind', 'rails'], /Allowed choices are next, express, vite/],
  ['a place where nothing can be written', { ...nextApp, 'app/rooms': 'a file' }, [], /cannot be written/],
])('%s is a wrong command', async (_, files, argv, says) => {
  const { code, err } = await appOf(files as never).init(...argv)
  expect([code, err]).toEqual([exitCodes.wrong, expect.stringMatching(says)])
})
