/**
 * What a user may not do any more, on all nodes: here at once, elsewhere as soon as the broker has told it. A node that may
 * have missed something lets all its users come back, so that `auth` and the rules are asked again: only who comes has a token.
 */
import { BaroError } from '@baro/core'
import type { Broker, Clock, NodeMessage, Randomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'
import type { Hearing } from './hearing.ts'
import type { Permits } from './permits.ts'

/** What revoking works with. */
export interface RevocationsParts {
  readonly permits: Permits
  readonly broker: Pick<Broker, 'tell'>
  readonly hearing: Pick<Hearing, 'add'>
  readonly clock: Clock
  readonly randomness: Randomness
}

/** What nodes tell each other. */
const revoked = 'baro:revoked'

/** All users come back within this time, so that not all come at once. */
const comeBackSpreadMs = 5_000

export class Revocations {
  readonly #parts: RevocationsParts
  /** Names this node, which does not do again what it told. */
  readonly #node: string

  constructor(parts: RevocationsParts) {
    this.#parts = parts
    this.#node = createId(parts.randomness)
    parts.hearing.add({ heard: (message) => this.#heard(message), missed: () => this.#letComeBack() })
  }

  /**
   * Ends what a user follows on all nodes: a channel, or all; without `follows`, everything that the user has open.
   *
   * @throws {BaroError} `unavailable` if the other nodes could not be told. Here it is done.
   */
  async end(user: string, follows: { readonly channel?: string | undefined } | undefined): Promise<void> {
    if (typeof user !== 'string' || user === '')
      throw new BaroError('bad-definition', 'hub.revoke and hub.disconnect take the id of a user: { user: "…" }.')
    this.#do(user, follows)
    const payload = { node: this.#node, user, ...(follows && { follows: follows.channel ?? null }) }
    await this.#parts.broker.tell({ type: revoked, payload })
  }

  #do(user: string, follows: { readonly channel?: string | undefined } | undefined): void {
    if (follows) this.#parts.permits.revoke(user, follows.channel)
    else this.#parts.permits.disconnect(user)
  }

  #heard({ type, payload }: NodeMessage): void {
    if (type !== revoked) return
    const { node, user, follows } = payload as { readonly [name: string]: unknown }
    if (node === this.#node || typeof user !== 'string') return
    this.#do(user, follows === undefined ? undefined : { channel: typeof follows === 'string' ? follows : undefined })
  }

  #letComeBack(): void {
    const { permits, clock, randomness } = this.#parts
    for (const permit of permits.missed())
      clock.after(randomness.fraction() * comeBackSpreadMs, () => permit.comeBack())
  }
}
