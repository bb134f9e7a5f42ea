/** How figures are written on the page. */
/** Each value once, in the order of its first appearance. */
export function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}

/** All values, so that nothing is left out. */
export function list(values: readonly number[], digits: number): string {
  return values.map((value) => value.toFixed(digits)).join(' ')
}

/** A number with its thousands apart. */
export function count(value: number): string {
  return value.toLocaleString('en')
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}
