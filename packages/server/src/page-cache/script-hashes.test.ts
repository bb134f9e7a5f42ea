import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { scriptHashes, withHashes } from './script-hashes.ts'

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

test('inline scripts have their hashes, each once; files and data have none', () => {
  const html = `<SCRIPT>one()</script><script type="module">two()</script><script>one()</script >
    <script src="/a.js"></script><script type="application/json">{}</script><script id=x type='text/javascript'>a\r\nb</script>`
  expect(scriptHashes(html)).toEqual([hash('one()'), hash('two()'), hash('a\nb')])
})

test.each([
  ["default-src 'self'; script-src 'self' 'unsafe-inline'", `default-src 'self'; script-src 'self' ${hash('one()')}`],
  ["script-src 'self'", "script-src 'self'"],
  ["default-src 'self' 'unsafe-inline'", `default-src 'self' 'unsafe-inline'; script-src 'self' ${hash('one()')}`],
  ["style-src 'unsafe-inline'", "style-src 'unsafe-inline'"],
])('%s becomes %s', (policy, strict) => {
  expect(withHashes(policy, '<script>one()</script>')).toBe(strict)
})
