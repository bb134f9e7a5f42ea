import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gate } from '../../access/gate.ts'
import { Hold } from '../../access/hold.ts'
import type { Permits } from '../../access/permits.ts'
import { type Principal, whoOf } from '../../access/principal.ts'
import type { Resolved } from '../../channel/registry.ts'
import type { Polling } from './poll.ts'

/** What a permitted read works with. */
export interface PermittedReadParts {
  readonly gate: Gate
  readonly permits: Permits
}

/** A request to read that the rule has allowed, until its answer leaves. */
export class PermittedRead {
  readonly resolved: Resolved
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #gate: Gate
  readonly #principal: Principal
  readonly #hold: Hold

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
    this.#hold = new Hold(permits, principal.user, resolved.channel)
  }

  /** Who polls, and who is told of it. */
  polling({ counters, observing }: Omit<Polling, 'who'>): Polling {
    const { user, address } = this.#principal
    return { counters, observing, who: whoOf({ user, address, rung: 'poll' }) }
  }

  get isOver(): boolean {
    return this.#hold.error !== undefined
  }

  /** @throws {BaroError} `expired` or `refused`. */
  assertAllowed(): void {
    if (this.#hold.error) throw this.#hold.error
  }

  /** @throws {BaroError} As `Gate.assertAllowed`. */
  async assertHistory(): Promise<void> {
    return this.#gate.assertAllowed(this.resolved, this.#principal, 'history')
  }

  /** Whether the rule lets it have what was published before it came. */
  mayHaveHistory(): Promise<boolean> {
    return this.#gate.allows(this.resolved, this.#principal, 'history')
  }

  /** Calls `run` if it is over before its answer leaves. */
  whenOver(run: () => void): void {
    this.#hold.whenOver(run)
  }

  end(): void {
    this.#hold.end()
  }
}
