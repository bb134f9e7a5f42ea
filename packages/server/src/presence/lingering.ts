/**
 * How many may stay without a link (I7). A stranger makes a new name for nothing, and must neither fill the memory nor push
 * out others: so those of one user or address are bounded by themselves, and whoever has waited longest leaves early.
 */

/** One who stays without a link. */
export interface Lingerer {
  /** By whom it is bounded: its user, or its address. */
  readonly share: string
  /** It has waited long enough. */
  leave(): void
}

const mostLingering = 100_000
const mostOfShare = 2_000

export class Lingering {
  // A set keeps the order in which they were added, so the first has waited longest.
  readonly #all = new Set<Lingerer>()
  readonly #shares = new Map<string, Set<Lingerer>>()

  add(lingerer: Lingerer): void {
    const { share } = lingerer
    const ofShare = this.#shares.get(share) ?? new Set()
    this.#shares.set(share, ofShare.add(lingerer))
    this.#all.add(lingerer)
    const [first] = ofShare.size > mostOfShare ? ofShare : this.#all.size > mostLingering ? this.#all : []
    first?.leave()
  }

  /** It has come back, or left. */
  delete(lingerer: Lingerer): void {
    const { share } = lingerer
    if (!this.#all.delete(lingerer)) return
    const ofShare = this.#shares.get(share)
    ofShare?.delete(lingerer)
    if (ofShare?.size === 0) this.#shares.delete(share)
  }
}
