/** PostgreSQL's text of a range, `[1,10)` or `("2026-11-28 00:00:00+00",)` (PostgreSQL manual §8.17.5), in its parts. */

/** The texts of a range; `null` for a side without a bound. */
export interface RangeTexts {
  readonly lower: string | null
  readonly upper: string | null
  readonly bounds: '[]' | '[)' | '(]' | '()'
}

const bound = String.raw`("(?:[^"\\]|\\.|"")*"|[^",()[\]]*)`
const range = new RegExp(String.raw`^([[(])${bound},${bound}([\])])$`, 's')

/** Reads the text of a range. @throws {SyntaxError} if the text is no range. */
export function readRangeText(text: string): RangeTexts | 'empty' {
  if (text === 'empty') return 'empty'
  const found = range.exec(text)
  if (!found) throw new SyntaxError(`This is no range: ${text.slice(0, 80)}`)
  const [, open, lower = '', upper = '', close] = found
  return { lower: boundText(lower), upper: boundText(upper), bounds: `${open}${close}` as RangeTexts['bounds'] }
}

function boundText(text: string): string | null {
  if (text === '') return null
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)|""/gs, (_, escaped = '"') => escaped) : text
}

/** Writes the text of a range. */
export function writeRangeText({ lower, upper, bounds }: RangeTexts): string {
  const quoted = (text: string | null) => (text === null ? '' : `"${text.replace(/["\\]/g, '\\$&')}"`)
  return `${bounds[0]}${quoted(lower)},${quoted(upper)}${bounds[1]}`
}
