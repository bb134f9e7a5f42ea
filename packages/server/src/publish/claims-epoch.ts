import type { Broker } from '@baro/core'

/** The life of the claims, as this node knows it: what its sessions are told at first, and count on (I5). */
export class ClaimsEpoch {
  readonly #broker: Pick<Broker, 'claimsEpoch'>
  readonly #changed: (epoch: string) => void
  #known: string | undefined

  /** @param changed Told when what was remembered has been lost. */
  constructor(broker: Pick<Broker, 'claimsEpoch'>, changed: (epoch: string) => void) {
    this.#broker = broker
    this.#changed = changed
  }

  /** What the broker said last; `undefined` before it was asked. */
  get known(): string | undefined {
    return this.#known
  }

  /**
   * Asks the broker, unless it has said so before.
   *
   * @throws {BaroError} `unavailable`.
   */
  async ask(): Promise<string> {
    if (this.#known === undefined) this.heard(await this.#broker.claimsEpoch())
    return this.#known ?? ''
  }

  /** The broker has said it. */
  heard(epoch: string): void {
    if (epoch === this.#known) return
    const isChange = this.#known !== undefined
    this.#known = epoch
    if (isChange) this.#changed(epoch)
  }
}
