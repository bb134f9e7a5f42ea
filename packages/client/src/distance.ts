import { parseAt } from '@baro/core'

/** The offset of a position; `undefined` if it has none. */
export function offsetOf(position: string | undefined): number | undefined {
  return parseAt(position ?? '')?.offset
}

/**
 * How many offsets `to` is after `from`, negative if it is before; `NaN`, which is neither less nor more than anything,
 * if they are not of one life of the stream.
 */
export function distance(from: string | undefined, to: string | undefined): number {
  const [start, end] = [parseAt(from ?? ''), parseAt(to ?? '')]
  const steps = start && start.epoch === end?.epoch ? end.offset - start.offset : Number.NaN
  // The same offset with another check: history was rewritten.
  return steps === 0 && start?.check !== end?.check ? Number.NaN : steps
}
