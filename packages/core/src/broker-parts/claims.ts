import { BaroError } from '../errors.ts'
import type { ClaimTerms } from '../ports/broker.ts'
import type { Claimed, ClaimKey, ClaimShare, Settlement, Turn } from '../ports/claim.ts'
import type { Clock } from '../ports/clock.ts'
import type { ClaimLimits } from './claim-limits.ts'
import { Expiry } from './expiry.ts'
import { noRoomFor, ownNameOf } from './share-room.ts'
import { type KeptTurns, Turns } from './turns.ts'

/** What is remembered of one id, or of one producer, on one channel, as it is kept outside the process. */
export interface KeptClaim extends KeptTurns {
  readonly share: ClaimShare
  readonly windowMs: number
  /** When it is over, on the clock of the claims. */
  readonly until: number
}

/** Keeps a claim under its name, or forgets it. */
export type KeepClaim = (name: string, claim: KeptClaim | undefined) => void

/** What is remembered of one id, or of one producer, on one channel. */
interface Remembered {
  readonly name: string
  readonly share: ClaimShare
  /** The name of the part of the share that is one user's, or one address's. */
  readonly own: string
  readonly turns: Turns
  windowMs: number
  until: number
  /** How much of {@link ClaimLimits} it uses. */
  weight: number
}

/** Most unconfirmed answers of one producer. A client of ours has far fewer publishes under way. */
const maxUnconfirmed = 1_024

/** A publish that is claimed by its id counts as the only turn of a producer of its own. */
const onlyTurn: Turn = { producer: '', number: 1, confirmed: 0 }

const atWorkWhenItEnded: Settlement = {
  code: 'unknown-outcome',
  message: 'The server ended while it was at work on this publish. Look before repeating it.',
}

/** Remembers who claimed which publish, for as long as was promised (I5). */
export class RememberedClaims {
  /** The name of this life of the claims. */
  readonly epoch: string
  readonly #clock: Clock
  readonly #limits: ClaimLimits
  readonly #keepOutside: KeepClaim | undefined
  readonly #remembered = new Map<string, Remembered>()
  /** By user, by address, and of all of a kind. */
  readonly #weights = new Map<string, number>()
  readonly #expiry: Expiry<Remembered>
  /** A key is asked for several times in a row, a producer for turn after turn, and their name is long. */
  #lastKey: ClaimKey | undefined
  #lastChannel = ''
  #lastName = ''
  /** What is remembered under the last name, if that was looked for and found. */
  #lastFound: Remembered | undefined

  /**
   * @param keep Called with whatever changes, before the call that changed it returns. A clock that goes on across
   * restarts belongs to it.
   */
  constructor(epoch: string, clock: Clock, limits: ClaimLimits, keep?: KeepClaim) {
    this.epoch = epoch
    this.#clock = clock
    this.#limits = limits
    this.#keepOutside = keep
    this.#expiry = new Expiry(clock)
  }

  /**
   * Remembers again what a process kept that has ended. What was at work there is over: its handler may have run or not,
   * and nobody is left who could answer, so the answer is that nobody knows.
   */
  restore(name: string, { share, windowMs, until, ...kept }: KeptClaim): void {
    const turns = Turns.from(kept)
    if (kept.isAtWork) turns.settle(kept.answered + 1, atWorkWhenItEnded)
    const remembered = { name, share, own: ownNameOf(share), turns, windowMs, until, weight: 0 }
    this.#remembered.set(name, remembered)
    this.#expiry.add(remembered, windowMs)
    this.#weigh(remembered, Math.max(1, remembered.turns.weight))
  }

  get isEmpty(): boolean {
    return this.#remembered.size === 0
  }

  /**
   * @throws {BaroError} `rate-limited` or `unavailable` if too much is remembered already.
   */
  claim(channel: string, key: ClaimKey, { windowMs, share, epoch = this.epoch }: ClaimTerms): Claimed {
    // Each claim forgets two expired ones at most, so memory shrinks and no single claim pays for thousands.
    this.forgetExpired(2)
    if (epoch !== this.epoch) return { epoch: this.epoch, outcome: 'out-of-turn' }
    const remembered = this.#find(channel, key) ?? this.#make(channel, key, windowMs, share)
    const claimed = remembered.turns.claim(turnOf(key))
    if (!remembered.turns.isUnused) this.#keep(remembered)
    // The window of a producer begins anew with each claim, the window of an id does not.
    if ('turn' in key) this.#renew(remembered, windowMs)
    if (claimed === 'granted') this.#assertRoom(remembered, key)
    this.#changed(remembered)
    return typeof claimed === 'string'
      ? { epoch: this.epoch, outcome: claimed }
      : { epoch: this.epoch, outcome: 'settled', answer: claimed }
  }

  /** Returns the answer that is kept. The first answer stays, because somebody may have got it already. */
  settle(channel: string, key: ClaimKey, answer: Settlement): Settlement | undefined {
    // A turn at work counts like an answer, so the weight stays the same.
    const remembered = this.#find(channel, key)
    if (!remembered) return undefined
    const { number } = turnOf(key)
    remembered.turns.settle(number, answer)
    this.#changed(remembered)
    return remembered.turns.answer(number)
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
    const remembered = this.#find(channel, key)
    if (remembered) this.#release(remembered, key)
  }

  /** Forgets expired claims; looks at `most` of them at most. */
  forgetExpired(most: number): void {
    for (let left = most; left > 0; left--) {
      const remembered = this.#expiry.take()
      if (!remembered) return
      if (this.#remembered.get(remembered.name) !== remembered) continue
      if (this.#isOver(remembered)) this.#forget(remembered)
      // The producer has claimed again since it was put there.
      else this.#expiry.add(remembered, remembered.windowMs)
    }
  }

  #find(channel: string, key: ClaimKey): Remembered | undefined {
    const name = this.#nameOf(channel, key)
    this.#lastFound ??= this.#remembered.get(name)
    const found = this.#lastFound
    return found && !this.#isOver(found) ? found : undefined
  }

  #nameOf(channel: string, key: ClaimKey): string {
    if (key === this.#lastKey && channel === this.#lastChannel) return this.#lastName
    const isSame = this.#lastKey && channel === this.#lastChannel && areOfOneName(key, this.#lastKey)
    this.#lastKey = key
    if (isSame) return this.#lastName
    this.#lastChannel = channel
    this.#lastFound = undefined
    this.#lastName = nameOf(channel, key)
    return this.#lastName
  }

  #isOver(remembered: Remembered): boolean {
    return remembered.until <= this.#clock.elapsed()
  }

  #make(channel: string, key: ClaimKey, windowMs: number, share: ClaimShare): Remembered {
    const until = this.#clock.elapsed() + windowMs
    return {
      name: this.#nameOf(channel, key),
      share,
      own: ownNameOf(share),
      turns: new Turns(),
      windowMs,
      until,
      weight: 0,
    }
  }

  #renew(remembered: Remembered, windowMs: number): void {
    remembered.windowMs = windowMs
    remembered.until = this.#clock.elapsed() + windowMs
  }

  #keep(remembered: Remembered): void {
    const known = this.#remembered.get(remembered.name)
    if (known !== remembered) {
      if (known) this.#forget(known)
      if (remembered.name === this.#lastName) this.#lastFound = remembered
      this.#remembered.set(remembered.name, remembered)
      this.#expiry.add(remembered, remembered.windowMs)
    }
    // A producer without answers counts as one.
    this.#weigh(remembered, Math.max(1, remembered.turns.weight))
  }

  #release(remembered: Remembered, key: ClaimKey): void {
    remembered.turns.release(turnOf(key).number)
    if (remembered.turns.isUnused) this.#forget(remembered)
    else this.#keep(remembered)
    this.#changed(remembered)
  }

  #forget(remembered: Remembered): void {
    this.#remembered.delete(remembered.name)
    if (remembered === this.#lastFound) this.#lastFound = undefined
    this.#weigh(remembered, 0)
    this.#keepOutside?.(remembered.name, undefined)
  }

  #changed(remembered: Remembered): void {
    const { name, share, windowMs, until, turns } = remembered
    if (this.#keepOutside && this.#remembered.get(name) === remembered)
      this.#keepOutside(name, { share, windowMs, until, ...turns.kept })
  }

  #weigh(remembered: Remembered, weight: number): void {
    const more = weight - remembered.weight
    if (more === 0) return
    remembered.weight = weight
    this.#add(remembered.share.of, more)
    this.#add(remembered.own, more)
  }

  #add(name: string, more: number): void {
    const all = this.#weightOf(name) + more
    if (all === 0) this.#weights.delete(name)
    else this.#weights.set(name, all)
  }

  /** Takes the grant back if there is no room for it. */
  #assertRoom(remembered: Remembered, key: ClaimKey): void {
    if (this.#complaintAbout(remembered)) this.forgetExpired(Number.POSITIVE_INFINITY)
    const complaint = this.#complaintAbout(remembered)
    if (!complaint) return
    this.#release(remembered, key)
    throw complaint
  }

  #weightOf(name: string): number {
    return this.#weights.get(name) ?? 0
  }

  #complaintAbout({ share, turns }: Remembered): BaroError | undefined {
    if (turns.weight > maxUnconfirmed)
      return new BaroError(
        'rate-limited',
        `${maxUnconfirmed} answers of one producer are not confirmed. Confirm them and try again.`,
      )
    return noRoomFor(share, this.#limits, (name) => this.#weightOf(name))
  }
}

function turnOf(key: ClaimKey): Turn {
  return 'turn' in key ? key.turn : onlyTurn
}

/** Whether two keys, in one channel, are of one producer. */
function areOfOneName(one: ClaimKey, other: ClaimKey): boolean {
  return 'turn' in one && 'turn' in other && one.turn.producer === other.turn.producer && one.scope === other.scope
}

// No channel name, producer or id holds a line feed. A scope may hold anything, so it comes last.
function nameOf(channel: string, key: ClaimKey): string {
  return 'turn' in key
    ? `${channel}\nturn\n${key.turn.producer}\n${key.scope}`
    : `${channel}\nid\n${key.id}\n${key.scope}`
}
