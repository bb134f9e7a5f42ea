import type { Queryable } from '../ports/driver.ts'
import { writersOf } from './publication.ts'

/**
 * Who was writing a table when this node asked first, and has not ended. What others write comes whole: the slot and the
 * publication were there before them. A node keeps it while its links come and go: asked anew after each, a table that is
 * always being written would never begin.
 */
export class TableWriters {
  readonly #left = new Map<string, ReadonlySet<string>>()

  /** Whether some of them are still there. */
  async remain(
    database: Queryable,
    { name, mark }: { readonly name: string; readonly mark: string },
  ): Promise<boolean> {
    const key = `${name} ${mark}`
    const before = this.#left.get(key)
    if (before?.size === 0) return false
    const now = await writersOf(database, name)
    const left = new Set([...(before ?? now)].filter((writer) => now.has(writer)))
    this.#left.set(key, left)
    return left.size > 0
  }

  /** The table has begun, or it has to begin again: the next time somebody else may be writing it. */
  forget(name: string): void {
    for (const key of this.#left.keys()) if (key.startsWith(`${name} `)) this.#left.delete(key)
  }
}
