import type { BaroError } from '@baro/core'
import { ownerOf } from '@baro/core/protocol'
import type { Identity } from '../channel/handlers.ts'
import { type Holder, type Permit, type Permits, revokedFrom, unsure } from './permits.ts'

/** What one user may of one channel, from one moment to another: it may be over in between (I8). */
export class Hold implements Holder {
  readonly #channel: string
  readonly #permit: Permit | undefined
  #error: BaroError | undefined
  #tell: () => void = () => {}

  constructor(permits: Permits, user: Identity | undefined, channel: string) {
    this.#channel = channel
    this.#permit = permits.open(user, this)
  }

  /** Why it is over; `undefined` as long as it is not. */
  get error(): BaroError | undefined {
    return this.#error
  }

  /** Calls `run` when it is over. */
  whenOver(run: () => void): void {
    this.#tell = run
  }

  /** It is not needed any more. */
  end(): void {
    this.#permit?.end()
  }

  over(error: BaroError): void {
    this.#error ??= error
    this.#tell()
  }

  revoked(channel: string | undefined): void {
    if (channel === undefined || channel === (ownerOf(this.#channel)?.owner ?? this.#channel))
      this.over(revokedFrom(this.#channel))
  }

  comeBack(): void {
    this.over(unsure())
  }
}
