import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Where the chapters are kept. */
export const chaptersPath = `${root}packages/core/src/error-chapters.ts`

/** The module that holds the chapters of all codes. */
export function chaptersModule(): string {
  const [en, ko] = ['docs/errors.md', 'docs/ko/errors.md'].map((file) => chaptersOf(readFileSync(root + file, 'utf8')))
  return `import type { ErrorCode } from './errors.ts'

/** Made of docs/errors.md and docs/ko/errors.md by \`npm run errors\`. */
export const errorChapters: Readonly<Record<'en' | 'ko', Readonly<Record<ErrorCode, string>>>> = ${JSON.stringify({ en, ko }, undefined, 2)}
`
}

/** The text below the heading of each code, as plain text. */
export function chaptersOf(document: string): Readonly<Record<string, string>> {
  const chapters = document.matchAll(/^### `([a-z-]+)`\n([\s\S]*?)(?=^#|$(?![\s\S]))/gm)
  return Object.fromEntries(
    [...chapters].map(([, code = '', text = '']) => [code, text.trim().replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')]),
  )
}
