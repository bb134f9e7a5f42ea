/** What both caches of Next have in common: entries of the hub's page store, dated when their render began. */

import { type KeptPage, type NowOrLater, orElse } from '@baro/core/broker'
import { durationMs } from '@baro/core/protocol'
import type { Hub } from '@baro/server'

/** Tags of Next stand beside paths and channels, and have names of their own. */
export const tagOfNext = (tag: string): string => `next:${tag}`
/** The same tag, marked so that what has it may be served once more. */
export const staleTagOfNext = (tag: string): string => `next-stale:${tag}`

/** A policy without a time: Next compares times itself. */
export function policyWithoutTime({ pageParts }: Hub): KeptPage['policy'] {
  const { maxBehind = 0, waitBehind = Number.POSITIVE_INFINITY, minInterval = '1s' } = pageParts.policy
  return {
    maxAgeMs: Number.POSITIVE_INFINITY,
    maxStaleMs: Number.POSITIVE_INFINITY,
    maxBehind,
    waitBehind: Math.max(maxBehind, waitBehind),
    minIntervalMs: durationMs(minInterval),
  }
}

/** What is known when a render begins. */
export interface Beginning {
  readonly mark: number
  readonly began: number
}

/** How Next names the path of a page among its tags. */
const pathOfNext = '_N_T_'

/** By what an entry is marked that has a tag of Next: the tag of a path stands for all pages there, as `hub.revalidate` marks them. */
function marksOf({ pageParts }: Hub, tag: string): readonly string[] {
  const isOfPath = tag.startsWith(`${pathOfNext}/`)
  return isOfPath ? [tagOfNext(tag), pageParts.tagOf(tag.slice(pathOfNext.length))] : [tagOfNext(tag)]
}

/** Whether an entry was marked since it was rendered, by one of its own tags or by one that this request has for it. */
export function isMarked(
  hub: Hub,
  { mark, tags }: Pick<KeptPage, 'mark' | 'tags'>,
  asked: readonly string[],
): Promise<boolean> {
  return isNewer(hub, [...new Set([...tags, ...asked.flatMap((tag) => marksOf(hub, tag))])], mark)
}

/** Whether one of the tags was marked as stale since a page was rendered. */
export function isMarkedStale(hub: Hub, { mark }: Pick<KeptPage, 'mark'>, tags: readonly string[]): Promise<boolean> {
  return isNewer(hub, tags.map(staleTagOfNext), mark)
}

/** A store that does not answer: nobody knows, and what is kept counts as marked. Next would end the request with its error. */
async function isNewer({ pageParts }: Hub, tags: readonly string[], mark: number): Promise<boolean> {
  if (tags.length === 0) return false
  const newest = await orElse<readonly number[]>(
    () => pageParts.store.marksOf(tags),
    () => [Number.POSITIVE_INFINITY],
  )
  return newest.some((one) => one > mark)
}

/** What a render that begins now knows. Without an answer of the store it knows of no mark, and is rendered again once there is one. */
export async function begin({ store, now }: Hub['pageParts']): Promise<Beginning> {
  const began = now()
  const mark = await orElse(
    () => store.lastMark(),
    () => 0,
  )
  return { mark, began }
}

/** Tells the store, and goes on without if it does not answer: what was rendered is there, and Next would end its request with the error. */
export async function ifAnswered(tell: () => NowOrLater<void>): Promise<void> {
  // It has said that it is away. The next request renders.
  await orElse(tell, () => {})
}

/** Marks tags as Next means it: with a time to live they may be served once more while one render runs. */
export async function markTags(
  hub: Hub | undefined,
  tags: string | readonly string[],
  durations: { readonly expire?: number } | undefined,
): Promise<void> {
  const all = typeof tags === 'string' ? [tags] : tags
  if (!hub || all.length === 0) return
  const mayServe = durations !== undefined && durations.expire !== 0
  await hub.pageParts.store.mark(all.map(mayServe ? staleTagOfNext : tagOfNext))
}
