/** The end of a scale that holds all values: `top`, doubled until it does, so that it changes seldom. */
export function scaleEnd(top: number, lines: readonly (readonly number[])[]): number {
  const largest = Math.max(...lines.flat())
  let end = top
  while (end < largest) end *= 2
  return end
}
