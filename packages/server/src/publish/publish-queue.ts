/**
 * The publishes of one principal, in order (I5). Within a channel they are done one after the other, so that what was
 * sent first is appended first. Channels do not wait for each other.
 *
 * A sender repeats a publish after a passing refusal (`rate-limited`, `unavailable`, `in-progress`), and the publishes
 * behind it must not overtake it. For turns the broker holds that order. For ids this queue holds it: until the refused
 * id comes again, every other publish without a turn in the channel is `out-of-turn`, for 10 seconds at most.
 */
import { BaroError } from '@baro/core'
import type { ClaimShare, Clock, NowOrLater, Turn } from '@baro/core/broker'
import { parseId } from '@baro/core/protocol'
import type { AtWork } from '../access/at-work.ts'
import type { Gate } from '../access/gate.ts'
import { contextOf, type Principal, scopeOf, shareOf } from '../access/principal.ts'
import type { Resolved } from '../channel/registry.ts'
import type { PublishAnswer, Publisher } from './publisher.ts'

/** A publish of a client, with nothing checked yet. */
export interface Publishing {
  readonly type: string
  readonly payload: unknown
  /** The id of the publication. Without a turn it claims the publish; without both the publish cannot be repeated. */
  readonly id?: string | undefined
  /** Claims the publish instead of the id. */
  readonly turn?: Turn | undefined
  /** The life of the claims that the sender counts on. */
  readonly claimsEpoch?: string | undefined
}

/** What a queue works with. */
export interface PublishQueueParts {
  readonly publisher: Publisher
  readonly gate: Gate
  readonly clock: Clock
}

/** A publish that was refused for now. */
interface Refused {
  readonly id: string
  /** Its number among the publishes that came; those with a lower number are not held back. */
  readonly number: number
  /** When the channel stops waiting for it. */
  readonly untilMs: number
}

interface ClaimantOf {
  readonly user: Principal['user']
  readonly scope: string
  readonly share: ClaimShare
}

/** A publish that has come. */
interface Arrived {
  readonly resolved: Resolved
  readonly number: number
  readonly publishing: Publishing
  /** Settles when those before it are over; `undefined` if they are. */
  readonly before: Promise<void> | undefined
}

/** How long a channel waits for a refused publish to come again. */
const keptBehindMs = 10_000

/** Most channels that wait for a refused publish. Bounded, because a client chooses their names (I7). */
const mostRefused = 256

export class PublishQueue {
  readonly #parts: PublishQueueParts
  readonly #principal: Principal
  readonly #atWork: AtWork
  /** By channel: settles when everything that came for it is done. */
  readonly #last = new Map<string, Promise<void>>()
  readonly #refused = new Map<string, Refused>()
  /** How many publishes have come. */
  #count = 0
  /** The channel of a publish whose handler has been called and has not returned. */
  #inside: string | undefined
  /** Whose publishes they are, as the claims name it. */
  #claimant: ClaimantOf | undefined

  constructor(parts: PublishQueueParts, principal: Principal, atWork: AtWork) {
    this.#parts = parts
    this.#principal = principal
    this.#atWork = atWork
  }

  /**
   * Publishes when those before it in the channel are done. Where nothing has to be waited for, that is before it returns.
   *
   * @throws {BaroError} the error to answer the sender with; or whatever the application throws.
   */
  publish(resolved: Resolved, publishing: Publishing): NowOrLater<PublishAnswer> {
    const { channel } = resolved
    // A handler publishes for the same principal: that comes after what the handler itself is about.
    if (this.#inside === channel) return Promise.resolve().then(() => this.publish(resolved, publishing))
    const arrived = { resolved, number: ++this.#count, publishing, before: this.#last.get(channel) }
    let answer: NowOrLater<PublishAnswer>
    try {
      this.#atWork.assertRoom()
      answer = this.#inTurn(arrived)
      // What is done already was never at work.
      if (answer instanceof Promise) answer = this.#atWork.until(answer)
    } catch (error) {
      this.#failed(arrived, error)
      // A publish that found no room fails before those in front of it are over.
      throw error
    }
    if (answer instanceof Promise) this.#waitFor(arrived, answer)
    return answer
  }

  #inTurn(arrived: Arrived): NowOrLater<PublishAnswer> {
    return arrived.before ? arrived.before.then(() => this.#begin(arrived)) : this.#begin(arrived)
  }

  #begin({ resolved, number, publishing }: Arrived): NowOrLater<PublishAnswer> {
    this.#assertNext(resolved.channel, number, publishing)
    const outside = this.#inside
    this.#inside = resolved.channel
    try {
      return this.#publish(resolved, publishing)
    } finally {
      this.#inside = outside
    }
  }

  /** Lets those that come next in the channel wait for it. */
  #waitFor(arrived: Arrived, answer: Promise<PublishAnswer>): void {
    const { channel } = arrived.resolved
    const over = answer.then(nothing, (error) => this.#failed(arrived, error))
    const done: Promise<void> = over.then(() => {
      if (this.#last.get(channel) === done) this.#last.delete(channel)
    })
    this.#last.set(channel, done)
  }

  /** Takes note of a publish that was refused before it came here, and that may be repeated. */
  refusedBefore(channel: string, publishing: Pick<Publishing, 'id' | 'turn'>): void {
    this.#keepBehind(channel, ++this.#count, publishing)
  }

  #keepBehind(channel: string, number: number, { id, turn }: Pick<Publishing, 'id' | 'turn'>): void {
    // Only an id brings a publish back: without one it cannot come again, and a bad one is refused for good.
    if (id === undefined || turn || !parseId(id).ok) return
    const before = this.#waitedFor(channel)
    if (before && before.number < number) return
    this.#refused.delete(channel)
    this.#refused.set(channel, { id, number, untilMs: this.#parts.clock.elapsed() + keptBehindMs })
    const [oldest] = this.#refused.keys()
    if (this.#refused.size > mostRefused && oldest !== undefined) this.#refused.delete(oldest)
  }

  #publish(resolved: Resolved, publishing: Publishing): NowOrLater<PublishAnswer> {
    const { type, payload, id, turn, claimsEpoch } = publishing
    const { scope, share } = this.#whose()
    return this.#parts.publisher.accept({
      resolved,
      type,
      payload,
      id,
      turn,
      claimsEpoch,
      scope,
      share,
      context: contextOf(this.#principal, resolved),
      assertAllowed: () => this.#parts.gate.assertAllowed(resolved, this.#principal, 'publish', type),
    })
  }

  /** Made once for each user, because it is the same for each of their publishes. */
  #whose(): ClaimantOf {
    const { user } = this.#principal
    if (!this.#claimant || this.#claimant.user !== user)
      this.#claimant = { user, scope: scopeOf(this.#principal), share: shareOf(this.#principal) }
    return this.#claimant
  }

  #failed({ resolved, number, publishing }: Arrived, error: unknown): void {
    if (error instanceof BaroError && error.retry) this.#keepBehind(resolved.channel, number, publishing)
  }

  #assertNext(channel: string, number: number, { id, turn }: Publishing): void {
    const refused = this.#waitedFor(channel)
    if (!refused || turn || number < refused.number) return
    if (id !== refused.id)
      throw new BaroError(
        'out-of-turn',
        `The publish "${refused.id}" before this one was refused for now. Send it again first, then this one.`,
      )
    this.#refused.delete(channel)
  }

  #waitedFor(channel: string): Refused | undefined {
    const refused = this.#refused.get(channel)
    return refused && this.#parts.clock.elapsed() < refused.untilMs ? refused : undefined
  }
}

function nothing(): void {}
