/** What both caches of Next have in common: entries of the hub's page store, dated when their render began. */

import type { KeptPage } from '@baro/core/broker'
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

/** Whether an entry was marked since it was rendered, by one of its own tags or by one that this request has for it. */
export async function isMarked(
  { pageParts }: Hub,
  { mark, tags }: Pick<KeptPage, 'mark' | 'tags'>,
  asked: readonly string[],
): Promise<boolean> {
  const all = [...new Set([...tags, ...asked.map(tagOfNext)])]
  return (await pageParts.store.marksOf(all)).some((newest) => newest > mark)
}

/** Whether one of the tags was marked as stale since a page was rendered. */
export async function isMarkedStale(
  { pageParts }: Hub,
  { mark }: Pick<KeptPage, 'mark'>,
  tags: readonly string[],
): Promise<boolean> {
  if (tags.length === 0) return false
  return (await pageParts.store.marksOf(tags.map(staleTagOfNext))).some((newest) => newest > mark)
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
