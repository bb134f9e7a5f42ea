/** What was made, by the object that it was made of and by the function that made it. */
const made = new WeakMap<object, Map<unknown, unknown>>()

/**
 * What `make` makes of `of`. It is made once for all callers, and kept for as long as `of` is kept. Of thousands that
 * come back together, most get the same batch, and a client that does not read it holds no copy of its own (I7).
 *
 * No other place keeps what was made of a batch or a snapshot. `make` is compared by identity, so it must be a
 * constant: a function written at the call would make everything again, and keep it all.
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
