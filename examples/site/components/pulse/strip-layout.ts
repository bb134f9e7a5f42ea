import type { Beat } from '../../channels/pulse.ts'
import type { Arrival } from '../live/arrival.ts'

/** A second of the strip. */
export interface Bar extends Beat {
  readonly arrival: Arrival
}

/** What a strip shows, oldest first: seconds of the cached page, a break, and the newest ones. */
export interface StripLayout {
  readonly past: readonly Bar[]
  /** How many seconds are left out in between; 0 if none are, `undefined` if nobody can say. */
  readonly skipped: number | undefined
  readonly recent: readonly Bar[]
}

/** As many seconds of the page stay in sight as tell what the page looked like. */
const pastKept = 12

/**
 * Lays out a strip. As long as it shows seconds that were received on connecting, it shows some of the cached page
 * before them, however old that is: grey, then amber, then green.
 *
 * @param page What the cached page shows; none of it is in `bars` any more if the page is old.
 * @param isSameLife Whether the numbers of both are of one life of the stream.
 */
export function layOutStrip(
  page: readonly Beat[],
  bars: readonly Bar[],
  isSameLife: boolean,
  length: number,
): StripLayout {
  const recent = bars.filter(({ arrival }) => arrival !== 'page')
  const plain = { past: [], skipped: 0, recent: bars.slice(-length) }
  if (recent.length === 0 || recent.slice(-length).every(({ arrival }) => arrival === 'live')) return plain
  const cached = page.map((beat): Bar => ({ ...beat, arrival: 'page' }))
  const newestCached = cached.at(-1)?.offset
  if (newestCached === undefined) return plain
  const room = Math.max(Math.min(pastKept, cached.length), length - recent.length)
  const shownFrom = (count: number) => recent.slice(-count)
  const gapBefore = (first: Bar | undefined) => (isSameLife && first ? first.offset - newestCached - 1 : undefined)
  const whole = shownFrom(length - room)
  if (gapBefore(whole[0]) === 0) return { past: cached.slice(-room), skipped: 0, recent: whole }
  // The break takes a place itself.
  const broken = shownFrom(length - Math.min(room, pastKept) - 1)
  return { past: cached.slice(-Math.min(room, pastKept)), skipped: gapBefore(broken[0]), recent: broken }
}
