/** A file of `examples/tutorials`: what its head says, and its code as it was before its URL was changed. */
import { readSource } from '../house/source-files.ts'

/** What the head of a file says about it. */
export interface Snippet {
  readonly idiom: string
  /** What a reader takes out, and what they write in its place; absent if nothing changes. */
  readonly change: { readonly from: string; readonly to: string } | undefined
  /** What is lost with the server of the tutorial. */
  readonly loses: string
  /** What is lost with the URL changed; absent for a server. */
  readonly changed: string | undefined
  /** The file, its head taken off. */
  readonly code: string
}

const folder = 'examples/tutorials/'

/** Reads a file that tutorials have. */
export function snippet(path: string): Snippet {
  const lines = readSource(folder + path).split('\n')
  const ends = path.endsWith('.html') ? lines.indexOf('-->') + 1 : lines.findIndex((line) => !line.startsWith('//'))
  const head = lines.slice(0, ends).map((line) => line.replace(/^\/\/ /, ''))
  const said = (start: string) => head.find((line) => line.startsWith(start))?.slice(start.length)
  const [from, to] = [said('- '), said('+ ')]
  return {
    idiom: said('Idiom: ') ?? '',
    change: from !== undefined && to !== undefined ? { from, to } : undefined,
    loses: said('Loses: ') ?? '',
    changed: said('With the URL changed: '),
    code: lines.slice(ends).join('\n').trimStart(),
  }
}

/** Its code before the URL was changed. Throws if the change that its head names is not the one that was made. */
export function original(path: string): string {
  const { code, change } = snippet(path)
  if (!change) return code
  const before = code.replaceAll(change.to, () => change.from)
  if (before === code) throw new Error(`${path} has nothing that is ${change.to}, which its head names.`)
  return before
}

/** How many lines of code a text has. */
export function linesOf(code: string): number {
  return code.split('\n').filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length
}

/** The Baro form of a file. */
export function baroForm(path: string): string {
  return path.replace(/\.(\w+)$/, '.baro.$1')
}
