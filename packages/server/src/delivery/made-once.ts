/**
 * Something that keeps what is made of it. A batch of a small room lives for one tick, and to make an entry of a weak map
 * for it costs as much as to write it as JSON. So does a map of its own: there are few makers, so it keeps a list.
 */
export abstract class Keeping {
  /** A maker, then what it made, and so on. */
  #made: readonly unknown[] = none

  static made<Of extends Keeping, Made>(of: Of, make: (of: Of) => Made): Made {
    for (let index = 0; index < of.#made.length; index += 2)
      if (of.#made[index] === make) return of.#made[index + 1] as Made
    const result = make(of)
    // Another maker may have been asked meanwhile.
    of.#made = [...of.#made, make, result]
    return result
  }
}

const none: readonly unknown[] = []

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
  if (of instanceof Keeping) return Keeping.made(of, make as (of: object) => Made)
  const byMaker = madeOf(of)
  const known = byMaker.get(make)
  if (known !== undefined || byMaker.has(make)) return known as Made
  const result = make(of)
  byMaker.set(make, result)
  return result
}

function madeOf(of: object): Map<unknown, unknown> {
  let byMaker = made.get(of)
  if (!byMaker) {
    byMaker = new Map()
    made.set(of, byMaker)
  }
  return byMaker
}
