/** What the lists of several clients say of each other. */
export type Agreement =
  | { readonly kind: 'same'; readonly count: number }
  /** All agree on what they have, and these have not got the newest yet: indexes of their lists. */
  | { readonly kind: 'behind'; readonly lists: readonly number[] }
  | { readonly kind: 'different' }

/** Compares lists of ids: the same ids in the same order, the same except for the newest, or neither. */
export function agreementOf(lists: readonly (readonly string[])[]): Agreement {
  const newest = lists.find((one) => lists.every((other) => isBeginningOf(other, one)))
  if (!newest) return { kind: 'different' }
  const behind = lists.flatMap((list, index) => (list.join() === newest.join() ? [] : [index]))
  return behind.length === 0 ? { kind: 'same', count: newest.length } : { kind: 'behind', lists: behind }
}

/** Whether a list has, up to its own end, the same ids as another, which may have left out the oldest by now. */
function isBeginningOf(list: readonly string[], other: readonly string[]): boolean {
  const end = other.lastIndexOf(list.at(-1) ?? '') + 1
  if (list.length === 0 || end === 0) return list.length === 0
  const hasMoved = list.length > end && other.length >= list.length
  return (list.length === end || hasMoved) && list.slice(-end).join() === other.slice(0, end).join()
}
