/**
 * Until when the clients of a member that are away have promised to be back, each of them: a laptop that leaves takes nothing
 * from the phone that is between two requests.
 */

/** Most clients of one member of which each is remembered by itself: a stranger makes a new one for nothing (I7). */
const mostClients = 64

export class PromisedStays {
  readonly #untilMs = new Map<string, number>()

  /** A client is away, and comes back by then. */
  promise(client: string, untilMs: number): void {
    // Those that were promised later end later, nearly always.
    const [oldest] = this.#untilMs.size >= mostClients ? this.#untilMs.keys() : []
    if (oldest !== undefined) this.#untilMs.delete(oldest)
    this.#untilMs.delete(client)
    this.#untilMs.set(client, untilMs)
  }

  /** It is back, or has said that it leaves. */
  end(client: string): void {
    this.#untilMs.delete(client)
  }

  /** Until when one of them may come back, in milliseconds; 0 if none has promised it. */
  get lastMs(): number {
    return Math.max(0, ...this.#untilMs.values())
  }
}
