/**
 * One direction of a link. Parcels arrive in the order they were sent, unless a message fault says otherwise.
 *
 *   flowing ◀──▶ held (what arrives waits, and comes in a burst)
 *      │          │
 *      └──────────┴──▶ silent (what arrives is gone) ──▶ ended
 */
import type { HubClock } from '@baro/core/broker'
import type { SeededRandomness } from '../seeded-randomness.ts'

/** What travels on a lane: a message, or the goodbye after which nothing comes. */
export type Parcel =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }

/** What can be wrong with a single message. No stream transport does it; whoever relies on that finds out here. */
export type MessageFault = 'lose' | 'duplicate' | 'reorder'

/** What a lane needs of its link. */
export interface LaneParts {
  readonly clock: HubClock
  readonly randomness: SeededRandomness
  /** Shortest and longest time a parcel travels. */
  readonly latencyMs: readonly [number, number]
  arrive(parcel: Parcel): void
  /** A message fault took effect on this text. */
  count(fault: MessageFault, text: string): void
}

/** How much later than the others a reordered message may come, in longest travel times. */
const latest = 5

export class Lane {
  readonly #parts: LaneParts
  #state: 'flowing' | 'held' | 'silent' | 'ended' = 'flowing'
  #held: Parcel[] = []
  #lastDueMs = 0
  #fault: MessageFault | undefined

  constructor(parts: LaneParts) {
    this.#parts = parts
  }

  send(parcel: Parcel): void {
    if (this.#state === 'ended') return
    const { clock, randomness, latencyMs, count } = this.#parts
    const fault = parcel.kind === 'message' ? this.#fault : undefined
    if (fault && parcel.kind === 'message') {
      this.#fault = undefined
      count(fault, parcel.text)
    }
    if (fault === 'lose') return
    const travelMs = randomness.integer(...latencyMs)
    const arrive = () => this.#arrive(parcel)
    if (fault === 'reorder') {
      // On its own way: what is sent after it may be there before it.
      clock.after(travelMs + randomness.integer(1, latest * latencyMs[1]), arrive)
      return
    }
    const nowMs = clock.elapsed()
    this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + travelMs)
    clock.after(this.#lastDueMs - nowMs, arrive)
    if (fault === 'duplicate') clock.after(this.#lastDueMs - nowMs, arrive)
  }

  /** Does this to the next message. */
  plan(fault: MessageFault): void {
    this.#fault = fault
  }

  hold(): void {
    if (this.#state === 'flowing') this.#state = 'held'
  }

  release(): void {
    if (this.#state !== 'held') return
    this.#state = 'flowing'
    const held = this.#held
    this.#held = []
    for (const parcel of held) this.#parts.clock.soon(() => this.#arrive(parcel))
  }

  silence(): void {
    this.#held = []
    if (this.#state !== 'ended') this.#state = 'silent'
  }

  end(): void {
    this.#held = []
    this.#state = 'ended'
  }

  #arrive(parcel: Parcel): void {
    if (this.#state === 'held') this.#held.push(parcel)
    else if (this.#state === 'flowing') this.#parts.arrive(parcel)
  }
}
