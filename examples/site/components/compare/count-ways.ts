import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pageWith, shownIn } from '../../compare/way.ts'
import { wayNames } from '../../compare/ways.ts'
import type { Counted } from './comparison-table.tsx'
import { filesOf } from './files-of.ts'

/** Lines of code, and what stands in the HTML of a page that has a value, or has none. */
export async function countWays(newest: Parameters<typeof pageWith>[0]): Promise<Counted> {
  const entries = wayNames.map(async (name) => {
    const texts = await Promise.all(
      filesOf[name].map((file) => readFile(join(/* turbopackIgnore: true */ process.cwd(), file), 'utf8')),
    )
    const lines = texts.join('\n').split('\n').filter(isCode).length
    const isRendered = name !== 'web-socket' && name !== 'polling'
    const shown = shownIn(pageWith(isRendered ? newest : undefined))
    return [name, { lines, inHtml: shown?.busy }] as const
  })
  return Object.fromEntries(await Promise.all(entries)) as Counted
}

function isCode(line: string): boolean {
  return !/^\s*(?:\/\/|\/?\*|$)/.test(line)
}
