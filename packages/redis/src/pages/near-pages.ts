import type { KeptPage } from '@baro/core/broker'

/** A page that this node has read or written. */
export interface NearPage {
  readonly page: KeptPage
  /** Which write it is: two of the same render differ in their parts and tags. */
  readonly version: string
  readonly bytes: number
  /** When Redis last had the same. */
  checkedAtMs: number
}

/** Copies of pages in the memory of this node, bounded in bytes: those that were not read for the longest time go. */
export class NearPages {
  readonly #maxBytes: number
  // A map remembers the order in which its keys came.
  readonly #pages = new Map<string, NearPage>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string): NearPage | undefined {
    const near = this.#pages.get(key)
    if (!near) return undefined
    this.#pages.delete(key)
    this.#pages.set(key, near)
    return near
  }

  set(key: string, near: NearPage): void {
    this.delete(key)
    if (near.bytes > this.#maxBytes) return
    this.#pages.set(key, near)
    this.#bytes += near.bytes
    for (const oldest of this.#pages.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#pages.get(key)?.bytes ?? 0
    this.#pages.delete(key)
  }

  /** Without the copies that have one of these tags. */
  purge(tags: ReadonlySet<string>): void {
    for (const [key, { page }] of this.#pages) if (page.tags.some((tag) => tags.has(tag))) this.delete(key)
  }

  clear(): void {
    this.#pages.clear()
    this.#bytes = 0
  }
}
