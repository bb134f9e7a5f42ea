/**
 * The requests of a node that are held until something happens. A node that stops answers them at once, and holds no
 * more.
 */
export class HeldRequests {
  readonly #releases = new Set<() => void>()
  #isStopping = false

  /** Whether a request may be held. */
  get mayHold(): boolean {
    return !this.#isStopping
  }

  /** Adds a held request. Returns a function that takes it out again. */
  add(release: () => void): () => void {
    this.#releases.add(release)
    return () => {
      this.#releases.delete(release)
    }
  }

  /** Releases all held requests, because the node stops. */
  releaseAll(): void {
    this.#isStopping = true
    for (const release of [...this.#releases]) release()
  }
}
