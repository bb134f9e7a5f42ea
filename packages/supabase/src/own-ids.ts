/** Publishes of a client that are remembered: its own ones come back to it within moments. */
const maxIds = 1_000

/** The ids under which a client has published, so that it is not told of its own broadcasts. */
export class OwnIds {
  readonly #ids = new Set<string>()

  add(id: string): void {
    this.#ids.add(id)
    const [oldest] = this.#ids
    if (this.#ids.size > maxIds && oldest !== undefined) this.#ids.delete(oldest)
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0
  }
}
