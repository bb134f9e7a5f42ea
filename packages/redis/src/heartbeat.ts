import type { Cancel, Clock } from '@baro/core/broker'
import type { RedisLink } from './link/redis-link.ts'
import { beat, isAlive } from './scripts/life.ts'

/** How often a node says that it is alive, and for how long that holds. */
const [everyMs, holdsMs] = [5_000, 15_000]

/**
 * Who is alive. A node that is killed leaves claims at work that nobody will answer: without this whoever sent such a publish would wait for
 * the whole window (I5). A node that is only slow may be taken for dead: then its append does not happen, because its claim has an answer.
 */
export class Heartbeat {
  readonly #link: RedisLink
  readonly #clock: Clock
  readonly #keyOf: (node: string) => string
  readonly #node: string
  readonly #beaten: () => void
  #next: Cancel | undefined

  /** @param beaten Called after each beat: Redis answers. */
  constructor(link: RedisLink, clock: Clock, node: string, keyOf: (node: string) => string, beaten: () => void) {
    this.#link = link
    this.#clock = clock
    this.#node = node
    this.#beaten = beaten
    this.#keyOf = keyOf
  }

  /** Resolves once others know. */
  async start(): Promise<void> {
    this.#next = this.#clock.after(everyMs, () => void this.start().catch(() => {}))
    await this.#link.run(beat, this.#keyOf(this.#node), [String(holdsMs)], 'repeatable')
    this.#beaten()
  }

  async isAlive(node: string): Promise<boolean> {
    if (node === this.#node) return true
    return (await this.#link.run(isAlive, this.#keyOf(node), [], 'repeatable')) === 1
  }

  stop(): void {
    this.#next?.()
  }
}
