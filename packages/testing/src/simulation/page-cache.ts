import { isSnapshot } from '@baro/core'
import { noPosition } from '@baro/core/protocol'
import type { SeededRandomness } from '../seeded-randomness.ts'
import type { RoomReference } from './page.ts'

/** Pages a cache keeps of one channel. */
const capacity = 12

/** What was rendered at some time and is served for ever after, as caches do. */
export class PageCache {
  readonly #randomness: SeededRandomness
  readonly #pages = new Map<string, RoomReference[]>()

  constructor(randomness: SeededRandomness) {
    this.#randomness = randomness
  }

  /** Keeps a page; a full cache forgets any one, so that very old ones may stay. */
  keep(page: RoomReference): void {
    if (!isSnapshot(page) || page.position === noPosition) return
    const pages = this.#pages.get(page.channel) ?? []
    this.#pages.set(page.channel, pages)
    if (pages.length >= capacity) pages.splice(this.#randomness.integer(0, pages.length - 1), 1)
    pages.push(page)
  }

  /** A page of this age: 0 is the oldest that is kept, 1 the newest. */
  find(channel: string, age: number): RoomReference | undefined {
    const pages = this.#pages.get(channel)
    return pages?.[Math.min(pages.length - 1, Math.floor(age * pages.length))]
  }
}
