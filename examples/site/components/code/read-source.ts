import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A file of this site, as it stands in the repository. */
export function readSource(file: string): Promise<string> {
  return readFile(join(/* turbopackIgnore: true */ process.cwd(), file), 'utf8')
}

/** What stands in the body of a function of a file, without its indentation. */
export function bodyOf(source: string, name: string): string {
  const [, body = ''] = new RegExp(`\\nexport function ${name}\\(.*\\{\\n((?:(?: .*)?\\n)*)\\}`).exec(source) ?? []
  return body.replace(/^ {2}/gm, '')
}
