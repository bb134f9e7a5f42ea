import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Package } from './doors.ts'

/** What nearly every application imports. The others follow by their names. */
const first: ReadonlySet<string> = new Set(['core', 'server', 'client', 'react', 'next'].map((name) => `@baro/${name}`))

/** A door that opens more than this is for whoever builds on it, and who reads on its page. */
const mostShown = 16

/** What one calls, in the order of the pages. */
const shown: ReadonlySet<string> = new Set(['Functions', 'Classes', 'Variables'])

/** Lists the packages, and for each of their doors the page and what one calls there. */
export function indexPage(folder: string, packages: readonly Package[]): string {
  const rest = packages.filter(({ name }) => !first.has(name))
  const begun = [...first].flatMap((name) => packages.filter((one) => one.name === name))
  const chapters = [...begun, ...rest].map(({ name, description, doors }) => {
    const rows = doors.map((door) => `| [\`${door.name}\`](${door.name}.md) | ${calls(folder, door.name)} |`)
    return `## ${name}\n\n${description}\n\n| | |\n|---|---|\n${rows.join('\n')}\n`
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
