import type { Broker, Clock, NowOrLater } from '@baro/core/broker'

/** How old what was asked may be. */
const freshMs = 1_000

/** The life of the claims, as this node knows it. Its sessions are told it when they open, and count on it (I5). */
export class ClaimsEpoch {
  readonly #broker: Pick<Broker, 'claimsEpoch'>
  readonly #clock: Clock
  readonly #changed: (epoch: string) => void
  #known: string | undefined
  #askedAtMs = Number.NEGATIVE_INFINITY

  /** @param changed Called with the new life when the claims were lost. */
  constructor(broker: Pick<Broker, 'claimsEpoch'>, clock: Clock, changed: (epoch: string) => void) {
    this.#broker = broker
    this.#clock = clock
    this.#changed = changed
  }

  /** The life that the broker named last; `undefined` before it named one. */
  get known(): string | undefined {
    return this.#known
  }

  /**
   * The life of the claims, at most a second old: a node that claims nothing would otherwise go on telling one that is
   * over. While the broker cannot be reached it is the one that was named last.
   *
   * @throws {BaroError} `unavailable` if the broker never named one and cannot be reached.
   */
  ask(): NowOrLater<string> {
    const nowMs = this.#clock.elapsed()
    if (this.#known !== undefined && nowMs - this.#askedAtMs < freshMs) return this.#known
    this.#askedAtMs = nowMs
    return this.#askBroker()
  }

  async #askBroker(): Promise<string> {
    try {
      this.heard(await this.#broker.claimsEpoch())
    } catch (error) {
      if (this.#known === undefined) throw error
    }
    return this.#known ?? ''
  }

  /** The broker has named the life of the claims. */
  heard(epoch: string): void {
    if (epoch === this.#known) return
    const isChange = this.#known !== undefined
    this.#known = epoch
    if (isChange) this.#changed(epoch)
  }
}
