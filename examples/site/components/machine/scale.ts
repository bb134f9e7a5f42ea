/**
 * The end of a scale that holds all values: `top`, raised until it does, in steps that are seldom and of which the half is
 * a round number too. A `top` that is a power of ten goes on by 2, 4 and 10; any other, such as one of bytes, is doubled.
 */
export function scaleEnd(top: number, lines: readonly (readonly number[])[]): number {
  const largest = Math.max(...lines.flat())
  const isDecimal = Number.isInteger(Math.log10(top))
  let end = top
  while (end < largest) end *= isDecimal && String(end).startsWith('4') ? 2.5 : 2
  return end
}
