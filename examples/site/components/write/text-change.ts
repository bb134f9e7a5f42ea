/** One replacement that makes one text of another, in UTF-16 units. */
export interface TextChange {
  readonly at: number
  readonly deleted: number
  readonly inserted: string
}

/**
 * What somebody did to a text, from what it was before and is now. Beside a run of the same letter several places would explain
 * it: it happened before the caret. No character is cut in half.
 *
 * @param caret Where the caret stands now.
 */
export function textChange(before: string, after: string, caret: number): TextChange {
  const shorter = Math.min(before.length, after.length)
  const mayEnd = Math.min(shorter, after.length - caret)
  let same = 0
  while (same < mayEnd && before[before.length - 1 - same] === after[after.length - 1 - same]) same++
  let at = 0
  while (at < shorter - same && before[at] === after[at]) at++
  if (at > 0 && (isSecondHalf(before, at) || isSecondHalf(after, at))) at--
  if (same > 0 && (isSecondHalf(before, before.length - same) || isSecondHalf(after, after.length - same))) same--
  return { at, deleted: before.length - same - at, inserted: after.slice(at, after.length - same) }
}

/** A text in pieces of at most so many units. */
export function piecesOf(text: string, length: number): readonly string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + length)
    if (isSecondHalf(text, to)) to--
    pieces.push(text.slice(from, to))
    from = to
  }
  return pieces
}

/** Whether the second half of a surrogate pair begins here. */
function isSecondHalf(text: string, at: number): boolean {
  return /[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(at - 1, at + 1))
}
