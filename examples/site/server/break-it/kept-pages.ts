import type { Snapshot } from '@baro/core'
import type { OldPage } from '../../components/break-it/old-page.ts'

/** A page of each of the last sixty minutes. */
const kept = 61
export const everyMs = 60_000

/** Pages as a cache would have kept them: snapshots of earlier minutes. */
export interface KeptPages {
  keep(snapshot: Snapshot, atMs: number): void
  /** The oldest that is at most so old; the newest if none is. */
  oldest(sinceMs: number): OldPage | undefined
}

/** Makes an empty shelf. */
export function createKeptPages(): KeptPages {
  const pages: OldPage[] = []
  return {
    keep(snapshot, renderedAtMs) {
      pages.push({ snapshot, renderedAtMs } as OldPage)
      if (pages.length > kept) pages.shift()
    },
    oldest: (sinceMs) => pages.find(({ renderedAtMs }) => renderedAtMs >= sinceMs) ?? pages.at(-1),
  }
}
