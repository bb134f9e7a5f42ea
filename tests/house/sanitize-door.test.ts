import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The modules that a bundler puts into what runs there, for a definition with `safeHtml`. */
async function bundled(platform: 'browser' | 'node'): Promise<string> {
  const { metafile } = await build({
    stdin: { contents: `import { safeHtml } from '@baro/sanitize'\nconsole.log(safeHtml())`, resolveDir: root },
    ...{ bundle: true, write: false, metafile: true, format: 'esm', logLevel: 'silent' },
    ...{ platform, conditions: ['baro-source'], absWorkingDir: root },
  })
  return Object.keys(metafile.inputs).join('\n')
}

test('a definition that a browser imports does not bring the sanitizer, and one on a server does', async () => {
  expect(await bundled('browser')).toContain('packages/sanitize/src/browser.ts')
  expect(await bundled('browser')).not.toContain('node_modules')
  expect(await bundled('node')).toContain('node_modules/sanitize-html')
})
