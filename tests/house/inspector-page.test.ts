import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bundledPage, pagePath } from '../../scripts/bundled-page.ts'

test('the page of the inspector is what its source makes; else run `npm run inspector:page`', async () => {
  expect(readFileSync(pagePath, 'utf8')).toBe(await bundledPage())
})
