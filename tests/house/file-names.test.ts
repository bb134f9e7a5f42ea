import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readSource } from './source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'))
const documents = ['README.md', 'README.ko.md', ...pages.flatMap((name) => [`docs/${name}`, `docs/ko/${name}`])]

/** The samples of a text whose file is not named in the paragraph before: what follows the fence is not shown to a reader. */
function nameless(text: string): readonly string[] {
  const samples = [...text.matchAll(/^```\S+ (?:file|instead)=(\S+)\n[\s\S]*?^```$/gm)]
  return samples.flatMap(({ index, 1: path = '' }) => {
    const paragraph = text.slice(0, index).trimEnd().split('\n\n').at(-1) ?? ''
    return paragraph.includes(`\`${path}\``) ? [] : [path]
  })
}

test.each(documents)('%s names the file of each sample before it', (name) => {
  expect(nameless(readSource(name))).toEqual([])
})

test('a sample without a name would be found', () => {
  const named = '`a.ts` is first:\n\n```ts file=a.ts\n```\n\n'
  expect(nameless(`${named}Then this:\n\n\`\`\`ts file=b.ts\n\`\`\`\n`)).toEqual(['b.ts'])
})

// Next resolves `./channels` and not `./channels.js`, whose file is channels.ts.
test.each(documents)('%s writes the imports of components as Next resolves them', (name) => {
  const components = [...readSource(name).matchAll(/^```tsx [\s\S]*?^```$/gm)].map(([text]) => text)
  expect(components.flatMap((text) => text.match(/from '\.[^']*\.js'/g) ?? [])).toEqual([])
})
