/** What was made, by what it was made of and by whom. */
const made = new WeakMap<object, Map<unknown, unknown>>()

/**
 * What `make` makes of `of`: once for everybody who asks, and kept for as long as `of` is. Of thousands that come back
 * together most get the same batch, and who does not read it keeps no copy (I7).
 *
 * This is the only place that keeps what was encoded. `make` is compared by identity, so it must be a constant: a function
 * written at the call would make everything anew, and keep it all.
 */
export function madeOnce<Of extends object, Made>(of: Of, make: (of: Of) => Made): Made {
  let byMaker = made.get(of)
  if (!byMaker) {
    byMaker = new Map()
    made.set(of, byMaker)
  }
  if (byMaker.has(make)) return byMaker.get(make) as Made
  const result = make(of)
  byMaker.set(make, result)
  return result
}
