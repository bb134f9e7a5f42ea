import type { Publication } from '@baro/core'
import type { Feed } from '../stream/feed.ts'

/** All that is kept of a channel, as far as a person may want to walk back. */
export interface KeptHistory {
  readonly epoch: string
  readonly head: number
  /** Everything after this offset is in it. */
  readonly floor: number
  readonly publications: readonly Publication[]
}

/** So many are read at most: a definition may keep more than anybody steps through. */
const mostKept = 10_000

/** Reads what is kept after an offset, a page at a time, the newest first. */
export async function keptHistory(feed: Feed, pageSize: number, after: number = 0): Promise<KeptHistory> {
  const newest = await feed.readNewest(pageSize)
  const { epoch, head, floor } = newest
  let publications = newest.publications
  let from = newest.from
  while (from && from.offset > floor && from.offset > after && publications.length < mostKept) {
    const page = await feed.readNewest(pageSize, from.offset)
    if (page.epoch !== epoch || page.publications.length === 0) break
    publications = [...page.publications, ...publications]
    from = page.from
  }
  return { epoch, head: head.offset, floor: Math.max(floor, from?.offset ?? head.offset), publications }
}
