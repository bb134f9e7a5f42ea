/**
 * The publishes of one principal, in order (I5): within a channel one after the other, so that what was sent first is
 * appended first; channels do not wait for each other.
 *
 * What a passing refusal (`rate-limited`, `unavailable`, `in-progress`) left out is repeated by its sender, and what came
 * right behind it must not go ahead of it. For turns the broker sees to that. For ids this queue does: until the refused id
 * comes again, whatever else comes for the channel is `out-of-turn`. Who never repeats is not waited for long.
 */
import { BaroError, type Clock, parseId, type Turn } from '@baro/core'
import type { AtWork } from '../access/at-work.ts'
import type { Gate } from '../access/gate.ts'
import { contextOf, type Principal, scopeOf } from '../access/principal.ts'
import type { Resolved } from '../channel/registry.ts'
import type { PublishAnswer, Publisher } from './publisher.ts'

/** What is to be published, before anything of it is believed. */
export interface Publishing {
  readonly type: string
  readonly payload: unknown
  /** Of the publication. Without a turn it claims the publish; without either it cannot be repeated. */
  readonly id?: string | undefined
  readonly turn?: Turn | undefined
  /** The life of the claims that the sender counts on. */
  readonly claimsEpoch?: string | undefined
}

/** Whether the rule of the channel is still to be asked: a transport asks before it reads a body or opens a stream. */
export type RuleCheck = 'ask' | 'asked'

/** What a queue works with. */
export interface PublishQueueParts {
  readonly publisher: Publisher
  readonly gate: Gate
  readonly clock: Clock
}

/** A publish that was refused for now. */
interface Refused {
  readonly id: string
  /** What came before it is not held back. */
  readonly number: number
  /** From then on nobody waits for it. */
  readonly untilMs: number
}

/** A publish that has come. */
interface Waiting {
  readonly channel: string
  readonly number: number
  readonly publishing: Publishing
  /** Settles when those before it are over. */
  readonly before: Promise<void> | undefined
}

/** How long what follows a refused publish is kept behind it. */
const keptBehindMs = 10_000

/** Channels that wait for a refused publish, at most: their names are chosen by who is refused (I7). */
const mostRefused = 256

export class PublishQueue {
  readonly #parts: PublishQueueParts
  readonly #principal: Principal
  readonly #atWork: AtWork
  /** Settles when everything that came for the channel is done. */
  readonly #last = new Map<string, Promise<void>>()
  readonly #refused = new Map<string, Refused>()
  /** How many have come. */
  #count = 0

  constructor(parts: PublishQueueParts, principal: Principal, atWork: AtWork) {
    this.#parts = parts
    this.#principal = principal
    this.#atWork = atWork
  }

  /**
   * Publishes when those before it are done.
   *
   * @throws {BaroError} with the code that the sender is to be answered with, or what the application throws.
   */
  publish(resolved: Resolved, publishing: Publishing, rule: RuleCheck): Promise<PublishAnswer> {
    const { channel } = resolved
    const before = this.#last.get(channel)
    const number = ++this.#count
    const answer = this.#atWork.do(async () => {
      await before
      this.#assertNext(channel, number, publishing)
      return this.#publish(resolved, publishing, rule)
    })
    const done = this.#over({ channel, number, publishing, before }, answer).then(() => {
      if (this.#last.get(channel) === done) this.#last.delete(channel)
    })
    this.#last.set(channel, done)
    return answer
  }

  /** A publish was refused before it came here, and may be repeated. */
  refusedBefore(channel: string, publishing: Pick<Publishing, 'id' | 'turn'>): void {
    this.#keepBehind(channel, ++this.#count, publishing)
  }

  #keepBehind(channel: string, number: number, { id, turn }: Pick<Publishing, 'id' | 'turn'>): void {
    // Without an id it never comes again, and a bad one is no publish.
    if (id === undefined || turn || !parseId(id).ok) return
    const before = this.#waitedFor(channel)
    if (before && before.number < number) return
    this.#refused.delete(channel)
    this.#refused.set(channel, { id, number, untilMs: this.#parts.clock.elapsed() + keptBehindMs })
    const [oldest] = this.#refused.keys()
    if (this.#refused.size > mostRefused && oldest !== undefined) this.#refused.delete(oldest)
  }

  #publish(resolved: Resolved, publishing: Publishing, rule: RuleCheck): Promise<PublishAnswer> {
    const { type, payload, id, turn, claimsEpoch } = publishing
    return this.#parts.publisher.accept({
      resolved,
      type,
      payload,
      id,
      turn,
      claimsEpoch,
      scope: scopeOf(this.#principal),
      context: contextOf(this.#principal, resolved),
      assertAllowed:
        rule === 'asked' ? nothing : () => this.#parts.gate.assertAllowed(resolved, this.#principal, 'publish'),
    })
  }

  /** Settles when a publish is over, and those before it. */
  async #over({ channel, number, publishing, before }: Waiting, answer: Promise<unknown>): Promise<void> {
    try {
      await answer
    } catch (error) {
      if (error instanceof BaroError && error.retry) this.#keepBehind(channel, number, publishing)
      // One that found no room is over first.
      await before
    }
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

async function nothing(): Promise<void> {}
