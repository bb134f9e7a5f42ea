import { parseAt } from '@baro/core'

/** The offset of a position; `undefined` if it has none. */
export function offsetOf(position: string | undefined): number | undefined {
  return parseAt(position ?? '')?.offset
}

/**
 * How many offsets `to` is after `from`, negative if it is before; `undefined` if they are not of one life of the
 * stream.
 */
export function distance(from: string | undefined, to: string): number | undefined {
  const [start, end] = [parseAt(from ?? ''), parseAt(to)]
  if (!start || start.epoch !== end?.epoch) return undefined
  // The same offset with another check: history was rewritten.
  return end.offset - start.offset || (start.check === end.check ? 0 : undefined)
}
