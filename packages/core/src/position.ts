import { BaroError, quote } from './errors.ts'
import { checkOf } from './id.ts'
import { accepted, type Result, refused } from './result.ts'

/** A place in one life of a stream. */
export interface Place {
  /** A reader here has seen everything up to this number; 0 before the first publication. */
  readonly offset: number
  /** The check of what stands at `offset`: of a publication `checkOf(id)`. Empty at offset 0. */
  readonly check: string
}

/** Where a reader of a stream stands: right after `offset`, in the life of the stream that `epoch` names. */
export interface AtPosition extends Place {
  readonly kind: 'at'
  readonly epoch: string
}

/**
 * A PostgreSQL snapshot (`pg_current_snapshot()`). It is only a starting point: the first answer brings an *at*
 * position. Transaction ids are 64 bits wide and stay decimal text.
 */
export interface QueriedPosition {
  readonly kind: 'queried'
  readonly epoch: string
  /** All below are seen. */
  readonly xmin: string
  /** None from here on is seen. */
  readonly xmax: string
  /** Those in between that are not seen, rising. */
  readonly xip: readonly string[]
}

/** No position: the value was made where there was no hub, for example in a build. Every hub answers it by reset. */
export interface NoPosition {
  readonly kind: 'none'
}

/** A position as the hub sees it; to users it is opaque text. */
export type Position = AtPosition | QueriedPosition | NoPosition

/** The longest position, in characters. */
export const maxPositionLength = 1_024

/** The text of {@link NoPosition}. */
export const noPosition = 'none'

// The leading "1" is the version of this spelling, "a" and "q" the kind. Fields are separated by ".".
const at = /^1a\.[\w~-]{1,64}\.(?:0|[1-9]\d{0,15})\.[\w-]{0,6}$/
// In base 36, each transaction as its distance from the one before: hundreds may be in progress. Numbers have no leading
// zeros: one position, one spelling.
const queried =
  /^1q\.([\w~-]{1,64})\.([1-9a-z][\da-z]{0,12})\.(0|[1-9a-z][\da-z]{0,12})\.((?:0|[1-9a-z][\da-z]{0,12})(?:~[1-9a-z][\da-z]{0,12})*|)$/

/** Writes a position as text of `[A-Za-z0-9._~-]`. A position has one spelling, so equal texts are equal positions. */
export function formatPosition(position: Position): string {
  if (position.kind === 'at') return `1a.${position.epoch}.${position.offset}.${position.check}`
  return position.kind === 'queried' ? formatQueried(position) : noPosition
}

/** Reads a position. Every text that `formatPosition` cannot have written is refused as `bad-position`. */
export function parsePosition(text: string): Result<Position> {
  if (text === noPosition) return accepted({ kind: 'none' })
  const found = text.length <= maxPositionLength ? (parseSoundAt(text) ?? parseQueried(text)) : undefined
  return found
    ? accepted(found)
    : refused(
        new BaroError(
          'bad-position',
          `${quote(text)} is not a position. Send one back exactly as it was given to you.`,
        ),
      )
}

/**
 * Reads an *at* position that a hub wrote; `undefined` for another kind. It believes the spelling: browsers load it, and
 * what they send back is read by `parsePosition`.
 */
export function parseAt(text: string): AtPosition | undefined {
  const [kind, epoch = '', offset, check = ''] = text.split('.')
  return kind === '1a' ? { kind: 'at', epoch, offset: Number(offset), check } : undefined
}

function parseSoundAt(text: string): AtPosition | undefined {
  const found = at.test(text) ? parseAt(text) : undefined
  // Offset 0 has no publication, hence no check; every other one has.
  return found && Number.isSafeInteger(found.offset) && (found.offset === 0) === (found.check === '')
    ? found
    : undefined
}

function parseQueried(text: string): QueriedPosition | undefined {
  const [, epoch, first, span, gaps] = queried.exec(text) ?? []
  if (epoch === undefined || first === undefined || span === undefined || gaps === undefined) return undefined
  const xmin = fromBase36(first)
  const xmax = xmin + fromBase36(span)
  let last = xmin
  const xip = gaps.split('~', gaps === '' ? 0 : undefined).map((gap) => {
    last += fromBase36(gap)
    return last
  })
  // None of a snapshot is beyond its end, and the end is a transaction id.
  if (xmax >= 1n << 64n || (xip.length > 0 && last >= xmax)) return undefined
  return { kind: 'queried', epoch, xmin: String(xmin), xmax: String(xmax), xip: xip.map(String) }
}

function formatQueried({ epoch, xmin, xmax, xip }: QueriedPosition): string {
  let last = BigInt(xmin)
  const gaps = xip.map((xid) => {
    const gap = BigInt(xid) - last
    last = BigInt(xid)
    return gap.toString(36)
  })
  const span = BigInt(xmax) - BigInt(xmin)
  return `1q.${epoch}.${BigInt(xmin).toString(36)}.${span.toString(36)}.${gaps.join('~')}`
}

function fromBase36(text: string): bigint {
  let number = 0n
  for (const digit of text) number = number * 36n + BigInt(Number.parseInt(digit, 36))
  return number
}

/** The position right after a publication. */
export function positionAfter(
  epoch: string,
  publication: { readonly offset: number; readonly id: string },
): AtPosition {
  return { kind: 'at', epoch, offset: publication.offset, check: checkOf(publication.id) }
}

/** The position at a place of an epoch. */
export function positionAt(epoch: string, { offset, check }: Place): AtPosition {
  return { kind: 'at', epoch, offset, check }
}

/** The position before the first publication of an epoch. */
export function startOf(epoch: string): AtPosition {
  return { kind: 'at', epoch, offset: 0, check: '' }
}

/** How a position relates to another one. */
export type PositionOrder = 'older' | 'same' | 'newer' | 'unrelated'

/**
 * How `a` relates to `b`: `older`, `same` or `newer` within one life of a stream, otherwise `unrelated`. Two positions
 * that differ only in their check (history was rewritten) are unrelated, and so are two of different kinds.
 *
 * @example
 * ```ts
 * comparePositions(positionAfter(epoch, first), positionAfter(epoch, second)) // 'older'
 * ```
 */
export function comparePositions(a: Position, b: Position): PositionOrder {
  if (a.kind !== 'at' || b.kind !== 'at') return formatPosition(a) === formatPosition(b) ? 'same' : 'unrelated'
  const order = compareAt(a, b)
  if (order === undefined) return 'unrelated'
  return order < 0 ? 'older' : order > 0 ? 'newer' : 'same'
}

/** {@link comparePositions} on texts. A text that is no position is unrelated to everything. */
export function comparePositionTexts(a: string, b: string): PositionOrder {
  const [one, other] = [parsePosition(a), parsePosition(b)]
  return one.ok && other.ok ? comparePositions(one.value, other.value) : 'unrelated'
}

/**
 * How the *at* position `a` relates to `b`, as a comparator says it: negative if it is older, 0 if it is the same,
 * positive if it is newer. `undefined` if they are unrelated, or if one of them is another text. Browsers use this one,
 * because it is small and they compare no other kind; it believes the spelling, as {@link parseAt} does.
 */
export function compareAtTexts(a = '', b = ''): number | undefined {
  return compareAt(parseAt(a), parseAt(b))
}

function compareAt(a: AtPosition | undefined, b: AtPosition | undefined): number | undefined {
  return a && a.epoch === b?.epoch ? a.offset - b.offset || (a.check === b.check ? 0 : undefined) : undefined
}
