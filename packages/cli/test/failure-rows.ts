import { readFileSync } from 'node:fs'

/** One row of docs/debugging.md. */
export interface FailureRow {
  readonly what: string
  readonly ask: string
  readonly says: string
  readonly log: string
  readonly inspector: string
}

/** The rows of a page, in their order: those of six cells. */
export function rowsOf(page: string): readonly FailureRow[] {
  return readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(({ length }, index, all) => length === 8 && !isHead(all, index))
    .map(([, what = '', ask = '', says = '', log = '', inspector = '']) => ({ what, ask, says, log, inspector }))
}

/** The head of a table, or the line below it. */
function isHead(lines: readonly (readonly string[])[], index: number): boolean {
  return [lines[index], lines[index + 1]].some((line) => line?.[1] === '---')
}

/** What a cell quotes. */
export function fragmentsOf(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)
}

/** A command as a page has it: without a place or a key that is another one each time. */
export function asWritten(argv: readonly string[]): string {
  const hidden = argv.flatMap((text, index) => (text === '--hub' || text === '--key' ? [index, index + 1] : []))
  return argv
    .filter((_, index) => !hidden.includes(index))
    .map((text) => (text.startsWith('http://') ? 'URL' : text.startsWith('{"') ? `'${text}'` : text))
    .join(' ')
}
