/**
 * Whether a kept page is current: a comparison, by time and by positions (I10). Nothing has to be told to a page, so
 * nothing can be lost on the way to it.
 *
 *   shows what was taken back ──────────────────────▶ miss, and never handed out, whatever comes of the render
 *   marked, of another life, of another version ──────▶ miss: visitors wait for the render; what says so may be a stranger's text, where
 *                                                       it was found in the bytes: then stale, until the interval is over
 *   too old to be served stale, too far behind  ──────▶ miss
 *   older than its time, behind by more than allowed ─▶ stale: served while one render runs
 *   else ─────────────────────────────────────────────▶ fresh
 */
import { type KeptPage, maxSkewMs, type PageRead } from '@baro/core/broker'
import { type AtPosition, comparePositions, parsePosition } from '@baro/core/protocol'

/** What is known when a page is asked for. */
export interface PageMoment {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Where the channel of each read stands; `undefined` if that could not be found out. */
  readonly heads: readonly (AtPosition | undefined)[]
  /** The version of the definition of each read, as it is now; `undefined` if the channel is not defined any more. */
  readonly versions: readonly (string | undefined)[]
  /** The newest mark of each tag of the page. */
  readonly marks: readonly number[]
  /** The newest mark of what was taken back, for each channel of the page that is moderated. */
  readonly redactions: readonly number[]
}

/** Why a page is not fresh. */
export type PageFault =
  /** It is older than its policy allows. */
  | 'time'
  /** Its channels have published more since than its policy allows. */
  | 'behind'
  /** Where its channels stand could not be found out, so nobody knows. */
  | 'unknown'
  /** It shows another life of a channel, or none. */
  | 'epoch'
  /** The definition of a channel has changed. */
  | 'version'
  /** It was marked on demand. */
  | 'marked'
  /** It may show what was taken back: nobody gets it any more. */
  | 'redacted'

/** What becomes of a request for a kept page. */
export type PageVerdict =
  | { readonly state: 'fresh'; readonly ageMs: number; readonly ttlMs: number; readonly behind: number }
  /** It is served, and rendered again if its interval is over. */
  | { readonly state: 'stale'; readonly fault: PageFault; readonly behind: number; readonly mayRender: boolean }
  /** Whoever asks waits for the render. */
  | { readonly state: 'miss'; readonly fault: PageFault }

/** Decides about a page. */
export function judgePage({ reads, mark, renderedAt, policy }: KeptPage, moment: PageMoment): PageVerdict {
  for (const newest of moment.redactions) if (newest > mark) return { state: 'miss', fault: 'redacted' }
  for (const newest of moment.marks) if (newest > mark) return { state: 'miss', fault: 'marked' }
  const age = moment.now - renderedAt
  const mayRender = age < 0 || age >= policy.minIntervalMs
  let behind = 0
  let isUnknown = false
  let doubt: PageFault | undefined
  for (let index = 0; index < reads.length; index++) {
    const read = reads[index] as PageRead
    // A page of another version would have to be loaded again, so it is not handed out at all.
    const isOther = moment.versions[index] !== read.version
    const head = moment.heads[index]
    const lacking = head && lackingAt(positionOf(read), head)
    if (isOther || (head && lacking === undefined)) {
      const fault = isOther ? 'version' : 'epoch'
      if (!read.isFound || mayRender) return { state: 'miss', fault }
      doubt = fault
    } else if (lacking === undefined) isUnknown = true
    else behind = Math.max(behind, lacking)
  }
  if (behind > policy.waitBehind && mayRender) return { state: 'miss', fault: 'behind' }
  // What a clock that was ahead has dated counts as old.
  const old = age < -maxSkewMs ? policy.maxAgeMs : Math.max(0, age)
  if (old >= policy.maxAgeMs + policy.maxStaleMs) return { state: 'miss', fault: 'time' }
  if (doubt) return { state: 'stale', fault: doubt, behind, mayRender }
  if (behind > policy.maxBehind) return { state: 'stale', fault: 'behind', behind, mayRender }
  if (isUnknown) return { state: 'stale', fault: 'unknown', behind, mayRender }
  if (old >= policy.maxAgeMs) return { state: 'stale', fault: 'time', behind, mayRender }
  return { state: 'fresh', ageMs: age, ttlMs: policy.maxAgeMs - old, behind }
}

/**
 * How many publications a page lacks; `undefined` if its position is of another life. One that is newer than the head that
 * we know lacks nothing: the head may be a second old.
 */
function lackingAt(position: AtPosition | undefined, head: AtPosition): number | undefined {
  const order = position && comparePositions(position, head)
  if (!position || order === 'unrelated') return undefined
  return order === 'older' ? head.offset - position.offset : 0
}

/** What was parsed once of a page that is kept in memory: it is asked for again and again. */
const parsed = new WeakMap<PageRead, AtPosition>()

function positionOf(read: PageRead): AtPosition | undefined {
  const before = parsed.get(read)
  if (before) return before
  const position = parsePosition(read.position)
  if (!position.ok || position.value.kind !== 'at') return undefined
  parsed.set(read, position.value)
  return position.value
}
