import type { Broker, Clock, Randomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'
import { feedBounds, feedChannel } from './feed-name.ts'

/** Numbers that are taken at once. Few, because the next leader leaves out what this one did not use. */
const block = 4_096

/** What numbering works with. */
export interface RoundNumbersParts {
  readonly broker: Pick<Broker, 'append'>
  readonly clock: Clock
  readonly randomness: Randomness
}

/**
 * The numbers of rounds, for one leader. The broker remembers which were taken, beside the cursors that are made of them: a
 * schema that was dropped, or a database that was put back or replaced, would count from the beginning again, and all that
 * it feeds would look as if it had been fed already.
 */
export class RoundNumbers {
  readonly #parts: RoundNumbersParts
  #last = 0
  #end = 0

  constructor(parts: RoundNumbersParts) {
    this.#parts = parts
  }

  /** A number that is above this one, and above all that any leader has had from this broker. */
  async after(number: number): Promise<number> {
    const next = Math.max(this.#last, number) + 1
    if (next > this.#end) return this.#take(next + block)
    this.#last = next
    return next
  }

  async #take(end: number): Promise<number> {
    const { broker, clock, randomness } = this.#parts
    const entry = { type: 'rounds', payload: {}, id: createId(randomness), time: clock.now() }
    const appended = await broker.append(feedChannel, [entry], feedBounds, { cursor: end })
    if (appended.outcome === 'fed-already') return this.#take(appended.cursor + block)
    this.#end = end
    this.#last = end - block + 1
    return this.#last
  }
}
