import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Package } from './doors.ts'

/** A door that opens more than this is for whoever builds on it, and who reads on its page. */
const mostShown = 16

/** What one calls, in the order of the pages. */
const shown: ReadonlySet<string> = new Set(['Functions', 'Classes', 'Variables'])

/** Lists the packages, and for each of their doors the page and what one calls there. */
export function indexPage(folder: string, packages: readonly Package[]): string {
  const chapters = packages.map(({ name, description, doors }) => {
    const rows = doors.map((door) => `| [\`${door.name}\`](${door.name}.md) | ${calls(folder, door.name)} |`)
    return `## ${name}\n\n${description}\n\n| import | |\n|---|---|\n${rows.join('\n')}\n`
  })
  return `# API reference\n\n${chapters.join('\n')}`
}

function calls(folder: string, door: string): string {
  const links: string[] = []
  let group = ''
  for (const [, signs = '', heading = ''] of readFileSync(join(folder, `${door}.md`), 'utf8').matchAll(
    /^(##{1,2}) (.+)$/gm,
  )) {
    if (signs === '##') group = heading
    else if (shown.has(group)) links.push(`[\`${heading}\`](${door}.md#${heading.toLowerCase().replace(/\W/g, '')})`)
  }
  if (links.length > mostShown) return `${links.length} functions, classes and values`
  return links.join(', ') || 'types'
}
