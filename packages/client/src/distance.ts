import { checkOf, type Publication } from '@baro/core'

/** What two positions of one life of a stream have in common, and where this one stands; nothing if it is of another kind. */
function standing(position: string | undefined): { readonly life?: string; readonly offset?: number } {
  const [, life, offset] = /^(1a\.[^.]+)\.(\d+)/.exec(position ?? '') ?? []
  return life ? { life, offset: Number(offset) } : {}
}

/** The offset of a position; `undefined` if it has none. */
export function offsetOf(position: string | undefined): number | undefined {
  return standing(position).offset
}

/**
 * How many offsets `to` is after `from`, negative if it is before; `undefined` if they are not of one life of the
 * stream.
 */
export function distance(from: string | undefined, to: string): number | undefined {
  const [start, end] = [standing(from), standing(to)]
  if (start.offset === undefined || end.offset === undefined || start.life !== end.life) return undefined
  // The same offset with another check: history was rewritten.
  return end.offset - start.offset || (from === to ? 0 : undefined)
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
