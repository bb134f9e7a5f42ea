import type { BaroError } from '@baro/core'
import { type ClaimLimits, type ClaimShare, type Clock, Expiry, noRoomFor, ownNameOf } from '@baro/core/broker'

interface Granted {
  readonly name: string
  readonly share: ClaimShare
  readonly own: string
  weight: number
  untilMs: number
  windowMs: number
}

/**
 * How much is remembered of publishes that this node claimed, by whose room they take (I7). Each node counts its own: what all nodes
 * together have in Redis is bounded by their number.
 */
export class ClaimRoom {
  readonly #clock: Clock
  readonly #limits: ClaimLimits
  readonly #granted = new Map<string, Granted>()
  readonly #weights = new Map<string, number>()
  readonly #expiry: Expiry<Granted>

  constructor(clock: Clock, limits: ClaimLimits) {
    this.#clock = clock
    this.#limits = limits
    this.#expiry = new Expiry(clock)
  }

  /** Takes room before Redis is asked: many may ask at once. Returns why there is none. */
  take(name: string, share: ClaimShare, windowMs: number): BaroError | undefined {
    this.#forgetExpired(2)
    const known = this.#granted.get(name)
    if (known) {
      known.untilMs = this.#clock.elapsed() + windowMs
      known.windowMs = windowMs
      return undefined
    }
    if (this.#complaint(share)) this.#forgetExpired(Number.POSITIVE_INFINITY)
    const complaint = this.#complaint(share)
    if (complaint) return complaint
    const granted: Granted = {
      ...{ name, share, own: ownNameOf(share), weight: 0, windowMs },
      untilMs: this.#clock.elapsed() + windowMs,
    }
    this.#granted.set(name, granted)
    this.#expiry.add(granted, windowMs)
    this.#weigh(granted, 1)
    return undefined
  }

  /** How much is remembered in the end; 0 if it was not granted, or given back. */
  keep(name: string, weight: number): void {
    const granted = this.#granted.get(name)
    if (!granted) return
    this.#weigh(granted, weight)
    if (weight === 0) this.#granted.delete(name)
  }

  #forgetExpired(most: number): void {
    for (let left = most; left > 0; left--) {
      const granted = this.#expiry.take()
      if (!granted) return
      if (this.#granted.get(granted.name) !== granted) continue
      if (granted.untilMs <= this.#clock.elapsed()) this.keep(granted.name, 0)
      else this.#expiry.add(granted, granted.windowMs)
    }
  }

  #weigh(granted: Granted, weight: number): void {
    const more = weight - granted.weight
    granted.weight = weight
    for (const name of [granted.share.of, granted.own]) {
      const all = (this.#weights.get(name) ?? 0) + more
      if (all === 0) this.#weights.delete(name)
      else this.#weights.set(name, all)
    }
  }

  #complaint(share: ClaimShare): BaroError | undefined {
    // One more is asked for.
    return noRoomFor(share, this.#limits, (name) => (this.#weights.get(name) ?? 0) + 1)
  }
}
