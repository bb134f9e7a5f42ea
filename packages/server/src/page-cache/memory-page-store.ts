import { type Clock, type KeptPage, maxSkewMs, type PageStore } from '@baro/core/broker'
import { checkedOptions, type OptionRules, objectWith, whole } from '@baro/core/protocol'
import { nodeClock } from '../system/node-clock.ts'

/** What `createMemoryPageStore` takes. */
export interface MemoryPageStoreOptions {
  /** Bytes of all pages together. Those that were not read for the longest time go. Default 64 MiB. */
  readonly maxBytes?: number
  /** Default: the machine's clock. */
  readonly clock?: Clock
}

const rules: OptionRules<MemoryPageStoreOptions> = {
  maxBytes: whole('bytes'),
  clock: objectWith('now', 'elapsed'),
}

/** What a page takes beside its bytes and texts, about: its objects, and its place in a map. */
const bytesPerPage = 1_024
const bytesPerRead = 256

/** Marks by name are forgotten from here on: then whatever was rendered before the newest of them counts as marked. */
const maxMarks = 10_000
/** Strangers choose which pages are rendered, so leases have a bound too. */
const maxLeases = 10_000

/**
 * Keeps pages in the memory of this process. Several hubs of one process may share it.
 *
 * @throws {BaroError} `bad-definition` if an option does not exist, or makes no sense.
 *
 * @example
 * ```ts
 * import { createHub, createMemoryPageStore } from '@baro/server'
 *
 * const hub = createHub({ channels: [], pageStore: createMemoryPageStore({ maxBytes: 256 << 20 }) })
 * ```
 */
export function createMemoryPageStore(given: MemoryPageStoreOptions = {}): PageStore {
  const { maxBytes = 64 << 20, clock = nodeClock } = checkedOptions('createMemoryPageStore', given, rules)
  // A map remembers the order in which its keys came: the one that was not read for the longest time is the first.
  const pages = new Map<string, { readonly page: KeptPage; readonly bytes: number }>()
  const leases = new Map<string, number>()
  const marks = new Map<string, number>()
  let total = 0
  let lastMark = 0
  /** The newest of the marks that are not known by name any more. */
  let forgottenMark = 0

  function drop(key: string): void {
    total -= pages.get(key)?.bytes ?? 0
    pages.delete(key)
  }

  return {
    read(key) {
      const kept = pages.get(key)
      if (!kept) return undefined
      pages.delete(key)
      pages.set(key, kept)
      return kept.page
    },

    write(key, page) {
      const before = pages.get(key)
      const newest = clock.now() + maxSkewMs
      if (before && before.page.renderedAt > page.renderedAt && before.page.renderedAt <= newest) return
      drop(key)
      const bytes = bytesOf(key, page)
      if (bytes > maxBytes) return
      pages.set(key, { page, bytes })
      total += bytes
      for (const oldest of pages.keys()) {
        if (total <= maxBytes) break
        drop(oldest)
      }
    },

    drop,

    lease(key, ms) {
      const now = clock.elapsed()
      if ((leases.get(key) ?? now) > now) return false
      leases.delete(key)
      leases.set(key, now + ms)
      for (const [oldest] of leases) {
        if (leases.size <= maxLeases) break
        leases.delete(oldest)
      }
      return true
    },

    release(key) {
      leases.delete(key)
    },

    lastMark: () => lastMark,

    mark(tags) {
      lastMark++
      for (const tag of tags) {
        marks.delete(tag)
        marks.set(tag, lastMark)
      }
      for (const [oldest, number] of marks) {
        if (marks.size <= maxMarks) break
        marks.delete(oldest)
        forgottenMark = number
      }
    },

    marksOf: (tags) => tags.map((tag) => marks.get(tag) ?? forgottenMark),

    purge(tags) {
      const purged = new Set(tags)
      for (const [key, { page }] of pages) if (page.tags.some((tag) => purged.has(tag))) drop(key)
    },

    close() {
      pages.clear()
      leases.clear()
      marks.clear()
      total = 0
    },
  }
}

function bytesOf(key: string, page: KeptPage): number {
  let bytes = bytesPerPage + 2 * key.length + 2 * JSON.stringify(page.about).length
  for (const part of Object.values(page.parts)) bytes += part.length
  for (const tag of page.tags) bytes += 64 + 2 * tag.length
  return bytes + bytesPerRead * page.reads.length
}
