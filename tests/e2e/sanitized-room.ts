import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { NextApp } from './next-app.ts'

/** HTML that a stranger sends to a room of the app comes out clean, and what cleans it is not in the files of the browser. */
export async function expectSanitized(app: NextApp): Promise<void> {
  const body = '<b>bold</b><script>alert(1)</script><img src=x onerror=alert(1)>'
  expect((await fetch(`${app.url}/rooms/html/news`, { method: 'POST', body })).status).toBe(204)
  const shown = (await app.read('/rooms/html')).replaceAll('&lt;', '<').replaceAll('&gt;', '>')
  expect(shown).toMatch(/"value":\["<b>bold<\/b>[^<]*"\]/)
  const dir = join(app.dir, '.next/static')
  const files = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.js'))
  const scripts = (await Promise.all(files.map((name) => readFile(join(dir, name), 'utf8')))).join()
  expect(scripts).toContain('safeHtml runs on the server')
  // A word of sanitize-html's default options.
  expect(scripts).not.toContain('disallowedTagsMode')
}
