import { BaroError, type Claim, type ClaimKey, type ClaimTerms, type Clock, quote, type Settlement } from '@baro/core'
import { Expiry } from './expiry.ts'
import { Turns } from './turns.ts'

/** What is remembered of one id, or of one producer on one channel. */
interface Held {
  readonly name: string
  readonly scope: string
  readonly windowMs: number
  until: number
  /** Of a producer. */
  readonly turns: Turns | undefined
  /** Of an id, once it is settled. */
  answer: Settlement | undefined
  /** What it counts for: itself, and the answers it keeps. */
  weight: number
}

/** How much may be remembered at a time. To forget early would be to publish twice (I5), so what is more is refused. */
export interface ClaimLimits {
  /** Of one scope, so that one user cannot use up what is there for all. */
  readonly perScope: number
  readonly total: number
}

/** Answers of a producer that its client has not confirmed; a client has far fewer publishes under way. */
const maxUnconfirmed = 1_024

/** Who claimed which publish, for as long as it is promised to be remembered (I5). */
export class Claims {
  /** Names this life of them. */
  readonly epoch: string
  readonly #clock: Clock
  readonly #limits: ClaimLimits
  readonly #held = new Map<string, Held>()
  readonly #weights = new Map<string, number>()
  readonly #expiry: Expiry<Held>
  #weight = 0

  constructor(epoch: string, clock: Clock, limits: ClaimLimits) {
    this.epoch = epoch
    this.#clock = clock
    this.#limits = limits
    this.#expiry = new Expiry(clock)
  }

  get isEmpty(): boolean {
    return this.#held.size === 0
  }

  /**
   * @throws {BaroError} `rate-limited` or `unavailable` if too much is remembered already.
   */
  claim(channel: string, key: ClaimKey, { windowMs, epoch = this.epoch }: ClaimTerms): Claim {
    // At most two go for one that comes: what expired shrinks, and no single claim pays for thousands.
    this.forgetExpired(2)
    if (epoch !== this.epoch) return { epoch: this.epoch, outcome: 'out-of-turn' }
    const claimed = 'turn' in key ? this.#claimTurn(channel, key, windowMs) : this.#claimId(channel, key, windowMs)
    if (typeof claimed === 'string') return { epoch: this.epoch, outcome: claimed }
    return { epoch: this.epoch, outcome: 'settled', answer: claimed }
  }

  /** The first answer stays: somebody may have got it already. */
  settle(channel: string, key: ClaimKey, answer: Settlement): Settlement | undefined {
    const held = this.#find(channel, key)
    if (!held) return undefined
    if ('turn' in key) held.turns?.settle(key.turn, answer)
    else held.answer ??= answer
    this.#weigh(held)
    return this.answer(channel, key)
  }

  /** The answer of a claim, if it has one. */
  answer(channel: string, key: ClaimKey): Settlement | undefined {
    const held = this.#find(channel, key)
    return 'turn' in key ? held?.turns?.answer(key.turn) : held?.answer
  }

  /** Whether a claim was granted, and has no answer yet. */
  isOpen(channel: string, key: ClaimKey): boolean {
    const held = this.#find(channel, key)
    if (!held) return false
    return 'turn' in key ? held.turns?.isOpen(key.turn) === true : held.answer === undefined
  }

  release(channel: string, key: ClaimKey): void {
    const held = this.#find(channel, key)
    if (!held) return
    if ('turn' in key) held.turns?.release(key.turn)
    if (held.turns ? held.turns.isUnused : held.answer === undefined) this.#forget(held)
  }

  /** Forgets what is over; looks at no more than so many. */
  forgetExpired(most: number): void {
    const elapsed = this.#clock.elapsed()
    for (let left = most; left > 0; left--) {
      const held = this.#expiry.take()
      if (!held) return
      if (this.#held.get(held.name) !== held) continue
      if (held.until <= elapsed) this.#forget(held)
      // A producer that went on claiming.
      else this.#expiry.add(held, held.windowMs)
    }
  }

  #claimId(
    channel: string,
    key: Extract<ClaimKey, { id: string }>,
    windowMs: number,
  ): 'granted' | 'pending' | Settlement {
    const held = this.#find(channel, key)
    if (held) return held.answer ?? 'pending'
    this.#hold(channel, key, windowMs)
    return 'granted'
  }

  #claimTurn(channel: string, key: Extract<ClaimKey, { turn: unknown }>, windowMs: number) {
    let held = this.#find(channel, key)
    if (!held) {
      // Whoever says that others came before has been forgotten.
      if (key.turn.number !== 1) return 'out-of-turn'
      held = this.#hold(channel, key, windowMs)
    }
    held.until = this.#clock.elapsed() + windowMs
    const claimed = held.turns?.claim(key.turn) ?? 'out-of-turn'
    this.#weigh(held)
    if (claimed === 'granted' && held.weight > maxUnconfirmed) {
      held.turns?.release(key.turn)
      throw new BaroError(
        'rate-limited',
        `${maxUnconfirmed} answers of one producer are not confirmed. Confirm them and try again.`,
      )
    }
    return claimed
  }

  #find(channel: string, key: ClaimKey): Held | undefined {
    const held = this.#held.get(nameOf(channel, key))
    return held && held.until > this.#clock.elapsed() ? held : undefined
  }

  #hold(channel: string, key: ClaimKey, windowMs: number): Held {
    this.#assertRoom(key.scope)
    const name = nameOf(channel, key)
    const expired = this.#held.get(name)
    if (expired) this.#forget(expired)
    const held: Held = {
      name,
      scope: key.scope,
      windowMs,
      until: this.#clock.elapsed() + windowMs,
      turns: 'turn' in key ? new Turns() : undefined,
      answer: undefined,
      weight: 0,
    }
    this.#expiry.add(held, windowMs)
    this.#held.set(name, held)
    this.#weigh(held)
    return held
  }

  #forget(held: Held): void {
    this.#held.delete(held.name)
    this.#count(held, -held.weight)
  }

  #weigh(held: Held): void {
    this.#count(held, 1 + (held.turns?.answers ?? 0) - held.weight)
  }

  #count(held: Held, more: number): void {
    held.weight += more
    this.#weight += more
    const weight = (this.#weights.get(held.scope) ?? 0) + more
    if (weight === 0) this.#weights.delete(held.scope)
    else this.#weights.set(held.scope, weight)
  }

  #assertRoom(scope: string): void {
    const { perScope, total } = this.#limits
    const isFull = () => this.#weight >= total || (this.#weights.get(scope) ?? 0) >= perScope
    if (!isFull()) return
    this.forgetExpired(Number.POSITIVE_INFINITY)
    if (!isFull()) return
    if (this.#weight >= total)
      throw new BaroError('unavailable', `This node remembers ${total} publishes and takes no more. Try again later.`)
    throw new BaroError(
      'rate-limited',
      `${quote(scope)} made ${perScope} publishes that are remembered. Try again later.`,
    )
  }
}

// A line feed stands in no channel name, producer or id; a scope may hold anything, so it comes last.
function nameOf(channel: string, key: ClaimKey): string {
  return 'turn' in key
    ? `${channel}\nturn\n${key.turn.producer}\n${key.scope}`
    : `${channel}\nid\n${key.id}\n${key.scope}`
}
