import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BaroError } from '@baro/core'
import { type Holder, type Permit, type Permits, revokedFrom } from '../../access/permits.ts'
import type { Identity } from '../../channel/handlers.ts'
import type { Resolved } from '../../channel/registry.ts'

/** A request to read, from when it is known who asks until its answer leaves: it may be over in between (I8). */
export class PermittedRead implements Holder {
  readonly resolved: Resolved
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #permit: Permit | undefined
  #error: BaroError | undefined
  #tell: () => void = () => {}

  constructor(
    permits: Permits,
    { resolved, request, response }: Pick<PermittedRead, 'resolved' | 'request' | 'response'>,
    user: Identity | undefined,
  ) {
    this.resolved = resolved
    this.request = request
    this.response = response
    this.#permit = permits.open(user, this)
  }

  get isOver(): boolean {
    return this.#error !== undefined
  }

  /** @throws {BaroError} `expired` or `refused`. */
  assertAllowed(): void {
    if (this.#error) throw this.#error
  }

  /** Calls `run` if the permit ends before its holder does. */
  whenOver(run: () => void): void {
    this.#tell = run
  }

  over(error: BaroError): void {
    this.#error ??= error
    this.#tell()
  }

  revoked(channel: string | undefined): void {
    const { channel: own } = this.resolved
    if (channel === undefined || channel === own) this.over(revokedFrom(own))
  }

  end(): void {
    this.#permit?.end()
  }
}
