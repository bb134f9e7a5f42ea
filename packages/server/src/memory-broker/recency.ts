/** Something that stands in a {@link Recency}, in one at a time. */
export interface Ranked<T> {
  older: T | undefined
  newer: T | undefined
}

/** Things in the order of their last use. A chain: to use one costs the same among three and among a million. */
export class Recency<T extends Ranked<T>> {
  #oldest: T | undefined
  #newest: T | undefined

  get oldest(): T | undefined {
    return this.#oldest
  }

  /** Puts it in, as the one used last. */
  add(item: T): void {
    item.older = this.#newest
    if (this.#newest) this.#newest.newer = item
    else this.#oldest = item
    this.#newest = item
  }

  /** Takes it out, which must be in. */
  remove(item: T): void {
    if (item.older) item.older.newer = item.newer
    else this.#oldest = item.newer
    if (item.newer) item.newer.older = item.older
    else this.#newest = item.older
    item.older = item.newer = undefined
  }
}
