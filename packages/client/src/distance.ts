import { checkOf, type Publication } from '@baro/core'

/** The life and the offset of a position; nothing if it has none. */
function standing(position = ''): readonly [life?: string | undefined, offset?: number] {
  const [kind, epoch, offset] = position.split('.')
  return kind === '1a' ? [epoch, Number(offset)] : []
}

/** The offset of a position; `undefined` if it has none. */
export function offsetOf(position: string | undefined): number | undefined {
  return standing(position)[1]
}

/**
 * How many offsets `to` is after `from`, negative if it is before; `undefined` if they are not of one life of the
 * stream.
 */
export function distance(from: string | undefined, to: string): number | undefined {
  const [life, start = 0] = standing(from)
  const [otherLife, end = 0] = standing(to)
  // The same offset with another check: history was rewritten.
  return life && life === otherLife ? end - start || (from === to ? 0 : undefined) : undefined
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
  const index = publications.findIndex(({ offset, id }) => position?.endsWith(`.${offset}.${checkOf(id)}`))
  return index < 0 ? undefined : publications.slice(index + 1)
}
