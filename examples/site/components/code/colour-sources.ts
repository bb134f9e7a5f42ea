/** A step of the build: colours the code of all pages, so that no server has to. */
import { codeHtml } from './code-html.ts'
import { readSource } from './read-source.ts'
import { sourcesOf } from './sources-of.ts'

for (const file of new Set(Object.values(sourcesOf).flat())) await codeHtml({ code: await readSource(file) })
