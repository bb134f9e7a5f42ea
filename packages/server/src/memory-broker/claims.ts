import {
  BaroError,
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  type Clock,
  quote,
  type Settlement,
  type Turn,
} from '@baro/core'
import { Expiry } from './expiry.ts'
import { Turns } from './turns.ts'

/** What is remembered of one id, or of one producer on one channel. */
interface Held {
  readonly name: string
  readonly scope: string
  readonly turns: Turns
  windowMs: number
  until: number
  /** What it counts for, of what may be remembered. */
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

/** What is claimed by its id is the only turn of a producer of its own. */
const onlyTurn: Turn = { producer: '', number: 1, confirmed: 0 }

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
    const held = this.#find(channel, key) ?? this.#makeHeld(channel, key, windowMs)
    const claimed = held.turns.claim(turnOf(key))
    if (!held.turns.isUnused) this.#keep(held)
    // The lease of a producer begins anew, the window of an id does not.
    if ('turn' in key) this.#renew(held, windowMs)
    if (claimed === 'granted') this.#assertRoom(held, key)
    return typeof claimed === 'string'
      ? { epoch: this.epoch, outcome: claimed }
      : { epoch: this.epoch, outcome: 'settled', answer: claimed }
  }

  /** Returns the answer that stands: the first one stays, somebody may have got it already. */
  settle(channel: string, key: ClaimKey, answer: Settlement): Settlement | undefined {
    // What was at work counted already, so an answer makes nothing heavier.
    this.#find(channel, key)?.turns.settle(turnOf(key).number, answer)
    return this.answer(channel, key)
  }

  /** The answer of a claim, if it has one. */
  answer(channel: string, key: ClaimKey): Settlement | undefined {
    return this.#find(channel, key)?.turns.answer(turnOf(key).number)
  }

  /** Whether a claim was granted, and neither answered nor given back. */
  isOpen(channel: string, key: ClaimKey): boolean {
    return this.#find(channel, key)?.turns.isOpen(turnOf(key).number) === true
  }

  release(channel: string, key: ClaimKey): void {
    const held = this.#find(channel, key)
    if (held) this.#release(held, key)
  }

  /** Forgets what is over; looks at no more than so many. */
  forgetExpired(most: number): void {
    for (let left = most; left > 0; left--) {
      const held = this.#expiry.take()
      if (!held) return
      if (this.#held.get(held.name) !== held) continue
      if (this.#isOver(held)) this.#forget(held)
      // A producer that went on claiming.
      else this.#expiry.add(held, held.windowMs)
    }
  }

  #find(channel: string, key: ClaimKey): Held | undefined {
    const held = this.#held.get(nameOf(channel, key))
    return held && !this.#isOver(held) ? held : undefined
  }

  #isOver(held: Held): boolean {
    return held.until <= this.#clock.elapsed()
  }

  #makeHeld(channel: string, key: ClaimKey, windowMs: number): Held {
    const until = this.#clock.elapsed() + windowMs
    return { name: nameOf(channel, key), scope: key.scope, turns: new Turns(), windowMs, until, weight: 0 }
  }

  #renew(held: Held, windowMs: number): void {
    held.windowMs = windowMs
    held.until = this.#clock.elapsed() + windowMs
  }

  #keep(held: Held): void {
    const known = this.#held.get(held.name)
    if (known !== held) {
      if (known) this.#forget(known)
      this.#held.set(held.name, held)
      this.#expiry.add(held, held.windowMs)
    }
    // A producer that waits for its next turn counts too.
    this.#weigh(held, Math.max(1, held.turns.weight))
  }

  #release(held: Held, key: ClaimKey): void {
    held.turns.release(turnOf(key).number)
    if (held.turns.isUnused) this.#forget(held)
    else this.#keep(held)
  }

  #forget(held: Held): void {
    this.#held.delete(held.name)
    this.#weigh(held, 0)
  }

  #weigh(held: Held, weight: number): void {
    const more = weight - held.weight
    if (more === 0) return
    held.weight = weight
    this.#weight += more
    const ofScope = (this.#weights.get(held.scope) ?? 0) + more
    if (ofScope === 0) this.#weights.delete(held.scope)
    else this.#weights.set(held.scope, ofScope)
  }

  /** Takes a grant back for which there is no room. */
  #assertRoom(held: Held, key: ClaimKey): void {
    if (this.#complaintAbout(held)) this.forgetExpired(Number.POSITIVE_INFINITY)
    const complaint = this.#complaintAbout(held)
    if (!complaint) return
    this.#release(held, key)
    throw complaint
  }

  #complaintAbout({ scope, turns }: Held): BaroError | undefined {
    const { perScope, total } = this.#limits
    if (turns.weight > maxUnconfirmed)
      return new BaroError(
        'rate-limited',
        `${maxUnconfirmed} answers of one producer are not confirmed. Confirm them and try again.`,
      )
    if (this.#weight > total)
      return new BaroError('unavailable', `This node remembers ${total} publishes and takes no more. Try again later.`)
    if ((this.#weights.get(scope) ?? 0) > perScope)
      return new BaroError(
        'rate-limited',
        `${quote(scope)} made ${perScope} publishes that are remembered. Try again later.`,
      )
    return undefined
  }
}

function turnOf(key: ClaimKey): Turn {
  return 'turn' in key ? key.turn : onlyTurn
}

// A line feed stands in no channel name, producer or id; a scope may hold anything, so it comes last.
function nameOf(channel: string, key: ClaimKey): string {
  return 'turn' in key
    ? `${channel}\nturn\n${key.turn.producer}\n${key.scope}`
    : `${channel}\nid\n${key.id}\n${key.scope}`
}
