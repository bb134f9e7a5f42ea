/** The requests of a node that wait for something to happen. A node that stops answers them at once, and holds no more. */
export class HeldRequests {
  readonly #releases = new Set<() => void>()
  #isStopping = false

  /** Whether a request may wait. */
  get mayHold(): boolean {
    return !this.#isStopping
  }

  /** Adds a request that waits; returns how to say that it no longer does. */
  add(release: () => void): () => void {
    this.#releases.add(release)
    return () => {
      this.#releases.delete(release)
    }
  }

  /** The node stops. */
  releaseAll(): void {
    this.#isStopping = true
    for (const release of [...this.#releases]) release()
  }
}
