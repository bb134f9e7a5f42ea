import { checkOf, type Publication, parseAt } from '@baro/core'

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

/**
 * The publications after a position in the middle of a delivery of its epoch: a link that serves several tabs brings
 * what one of them has missed to all. `undefined` if the publication at the position is not among them, by its check
 * too: history may have been rewritten (I4).
 */
export function following(
  position: string | undefined,
  publications: readonly Publication[],
): readonly Publication[] | undefined {
  const at = parseAt(position ?? '')
  const index = publications.findIndex(({ offset, id }) => offset === at?.offset && checkOf(id) === at.check)
  return index < 0 ? undefined : publications.slice(index + 1)
}
