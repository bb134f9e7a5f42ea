/** Lines over time in which a pause is a place without a value. */
export interface GappedLines {
  /** In seconds since 1970. */
  readonly times: readonly number[]
  readonly lines: readonly (readonly (number | null)[])[]
  /** By index of a time: the index of the sample that is there, or before the pause. */
  readonly sampleAt: readonly number[]
}

/** Samples come once a second; while the machine is busy a little later. */
const longestSeconds = 3

/** Opens a gap where no samples were taken: a line through it would show values that nobody has read. */
export function withGaps(times: readonly number[], lines: readonly (readonly number[])[]): GappedLines {
  const places = times.flatMap((time, index) => {
    const next = times[index + 1]
    const here = { time, index, isGap: false }
    return next !== undefined && next - time > longestSeconds ? [here, { time: time + 1, index, isGap: true }] : [here]
  })
  return {
    times: places.map(({ time }) => time),
    lines: lines.map((values) => places.map(({ index, isGap }) => (isGap ? null : (values[index] ?? null)))),
    sampleAt: places.map(({ index }) => index),
  }
}
