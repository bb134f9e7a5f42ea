/**
 * A list that grows at its end and shrinks at its front, both in constant time on average. `Array.shift` moves every
 * item: with a thousand kept publications that would cost more than the append.
 */
export class Deque<T> {
  // Items taken from the front leave a gap. It is cut off when it is half of the array.
  #items: (T | undefined)[] = []
  #start = 0

  get length(): number {
    return this.#items.length - this.#start
  }

  push(item: T): void {
    // The first push onto an empty array makes room for 17, and most channels keep one publication.
    if (this.#items.length === 0) this.#items = [item]
    else this.#items.push(item)
  }

  /** The item at this index, counted from the front. */
  at(index: number): T | undefined {
    return this.#items[this.#start + index]
  }

  /** Takes the first item off. */
  shift(): T | undefined {
    if (this.#start === this.#items.length) return undefined
    const item = this.#items[this.#start]
    this.#items[this.#start++] = undefined
    if (this.#start >= 16 && this.#start * 2 >= this.#items.length) {
      this.#items.splice(0, this.#start)
      this.#start = 0
    }
    return item
  }
}
