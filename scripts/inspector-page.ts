/**
 * `npm run inspector:page`: makes one script of the page of the inspector, as a text in a module. So the package reads no file
 * when it runs, and a bundler takes the page along.
 */
import { writeFileSync } from 'node:fs'
import { bundledPage, pagePath } from './bundled-page.ts'

writeFileSync(pagePath, await bundledPage())
