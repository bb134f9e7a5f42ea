/** What `baro init` writes is what README.md shows. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '@baro/cli'
import { systemClock } from '@baro/core/broker'
import { expect, test } from 'vitest'
import { samples } from './samples.ts'

const caching =
  "import type { NextConfig } from 'next'\n\nexport default { cacheComponents: true } satisfies NextConfig\n"
const nextPaths = ['channels.ts', 'instrumentation.ts', 'app/rooms/[id]/page.tsx', 'app/rooms/[id]/room.tsx']

test.each([
  ['a Next.js app', { next: '16' }, { 'next.config.ts': caching }, 'file', nextPaths],
  ['a Next.js app without cacheComponents', { next: '15.5' }, {}, 'instead', nextPaths],
  ['an Express app', { express: '5' }, {}, 'file', ['channels.ts', 'express.mjs', 'client.mts']],
  ['a Vite app', { react: '19', vite: '8' }, {}, 'file', ['channels.ts', 'server.ts', 'src/live-room.tsx']],
] as const)('the files of %s are samples of README.md', async (_, dependencies, files, which, paths) => {
  const folder = mkdtempSync(join(tmpdir(), 'baro-init-'))
  try {
    mkdirSync(join(folder, 'app'))
    for (const [path, text] of Object.entries({ ...files, 'package.json': JSON.stringify({ dependencies }) }))
      writeFileSync(join(folder, path), text)
    let out = ''
    const sink = {
      isTerminal: false,
      write(text: string) {
        out += text
      },
    }
    const ended = run(['init', '--json'], {
      out: sink,
      err: sink,
      input: undefined,
      env: {},
      folder,
      interrupted: new AbortController().signal,
      clock: systemClock,
      confirm: async () => false,
    })
    expect(await ended).toBe(0)
    const written = (JSON.parse(out) as { files: { path: string }[] }).files.map(({ path }) => path)
    expect(written).toEqual(paths)
    const shown = { ...samples('README.md'), ...(which === 'instead' && samples('README.md', 'instead')) }
    for (const path of written) expect(readFileSync(join(folder, path), 'utf8')).toBe(shown[path.replace(/mts$/, 'ts')])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
