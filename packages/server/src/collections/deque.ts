/**
 * A list that grows at its end and shrinks at its front, both in constant time on average: `Array.shift` moves every
 * item, which at a thousand kept publications would cost more than the append itself.
 */
export class Deque<T> {
  // What was taken from the front stays as a gap until the gap is half of the array, and is then cut off at once.
  readonly #items: (T | undefined)[] = []
  #start = 0

  get length(): number {
    return this.#items.length - this.#start
  }

  push(item: T): void {
    this.#items.push(item)
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
