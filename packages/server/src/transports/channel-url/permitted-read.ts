import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BaroError } from '@baro/core'
import type { Gate } from '../../access/gate.ts'
import { type Holder, type Permit, type Permits, revokedFrom } from '../../access/permits.ts'
import type { Principal } from '../../access/principal.ts'
import type { Resolved } from '../../channel/registry.ts'

/** What a permitted read works with. */
export interface PermittedReadParts {
  readonly gate: Gate
  readonly permits: Permits
}

/** A request to read, from when it is known who asks until its answer leaves: it may be over in between (I8). */
export class PermittedRead implements Holder {
  readonly resolved: Resolved
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #gate: Gate
  readonly #principal: Principal
  readonly #permit: Permit | undefined
  #error: BaroError | undefined
  #tell: () => void = () => {}

  constructor(
    { gate, permits }: PermittedReadParts,
    { resolved, request, response }: Pick<PermittedRead, 'resolved' | 'request' | 'response'>,
    principal: Principal,
  ) {
    this.resolved = resolved
    this.request = request
    this.response = response
    this.#gate = gate
    this.#principal = principal
    this.#permit = permits.open(principal.user, this)
  }

  get isOver(): boolean {
    return this.#error !== undefined
  }

  /** @throws {BaroError} `expired` or `refused`. */
  assertAllowed(): void {
    if (this.#error) throw this.#error
  }

  /** @throws {BaroError} As `Gate.assertAllowed`. */
  assertHistory(): Promise<void> {
    return this.#gate.assertAllowed(this.resolved, this.#principal, 'history')
  }

  /** Whether the rule lets it have what was published before it came. */
  mayHaveHistory(): Promise<boolean> {
    return this.#gate.allows(this.resolved, this.#principal, 'history')
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

  /** Nothing to ask: its answer is sent before anybody could have been told. */
  askAgain(): void {}

  end(): void {
    this.#permit?.end()
  }
}
