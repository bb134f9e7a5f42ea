/** Which pages are kept, and how large they are: at most so many bytes, the ones read last. */
export interface PageShelf {
  /** A page was read. */
  touch(key: string): void
  /** A page was written; returns those that have to go for it, which may be the page itself. */
  put(key: string, bytes: number): readonly string[]
}

/** Makes an empty shelf. */
export function createPageShelf(maxBytes: number): PageShelf {
  // A map remembers the order in which its keys came: the one that was not read for the longest time is the first.
  const sizes = new Map<string, number>()
  let total = 0

  const drop = (key: string): number => {
    const bytes = sizes.get(key) ?? 0
    sizes.delete(key)
    total -= bytes
    return bytes
  }
  const append = (key: string, bytes: number): void => {
    sizes.set(key, bytes)
    total += bytes
  }

  return {
    touch(key) {
      if (sizes.has(key)) append(key, drop(key))
    },
    put(key, bytes) {
      drop(key)
      append(key, bytes)
      const gone: string[] = []
      for (const oldest of sizes.keys()) {
        if (total <= maxBytes) break
        drop(oldest)
        gone.push(oldest)
      }
      return gone
    },
  }
}
