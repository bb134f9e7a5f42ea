import type { Broker } from '@baro/core/broker'

/** The life of the claims, as this node knows it. Its sessions are told it when they open, and count on it (I5). */
export class ClaimsEpoch {
  readonly #broker: Pick<Broker, 'claimsEpoch'>
  readonly #changed: (epoch: string) => void
  #known: string | undefined

  /** @param changed Called with the new life when the claims were lost. */
  constructor(broker: Pick<Broker, 'claimsEpoch'>, changed: (epoch: string) => void) {
    this.#broker = broker
    this.#changed = changed
  }

  /** The life that the broker named last; `undefined` before it named one. */
  get known(): string | undefined {
    return this.#known
  }

  /**
   * The life of the claims. Asks the broker if it has named none yet.
   *
   * @throws {BaroError} `unavailable`.
   */
  async ask(): Promise<string> {
    if (this.#known === undefined) this.heard(await this.#broker.claimsEpoch())
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
