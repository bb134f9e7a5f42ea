import { BaroError, type ChannelTypes, type Reference, type Snapshot } from '@baro/core'
import { definitionOf, noPosition, quote } from '@baro/core/protocol'
import { findHub } from './attached-hub.ts'
import { warnOfEncodedTwice } from './encoded-twice.ts'
import { insistOnRequest, revalidateAtStart } from './page-lifetime.ts'

/**
 * The value of a channel at a position, for a page to embed: `useChannel` continues from exactly there, however long the
 * page was cached.
 *
 * Where there is no hub (`next build`) it is the initial value at position `none`, which every hub answers by reset; such
 * a page is rendered again once, right after the start (`renderBuiltPages`), or else at the first request.
 *
 * A channel that is not public is read for one request. Whatever is rendered for a cache that visitors share (a page that was
 * built, `force-static`, `'use cache'`, `unstable_cache`) is refused, with the path of the page, so that a private value never
 * gets into it: say `export const dynamic = 'force-dynamic'` in such a page, or, with `cacheComponents`, read it behind
 * `<Suspense>` after `await cookies()`. No rule is asked: the page decides who sees it.
 *
 * @throws {BaroError} `refused` if the channel is not public and what is rendered is for a cache;
 * `unavailable` if there is no hub and the reference is a copy, so that its initial value is not known.
 *
 * @example
 * ```tsx
 * async function cachedSnapshot(id: string) {
 *   'use cache' // without `cacheComponents`: `export const revalidate = 3600`
 *   cacheLife('hours')
 *   return snapshot(room({ id }))
 * }
 * export default async function Page({ params }: { params: Promise<{ id: string }> }) {
 *   const { id } = await pageParams(room, params)
 *   return <Room initial={await cachedSnapshot(id)} />
 * }
 * ```
 */
export async function snapshot<T extends ChannelTypes>(reference: Reference<T>): Promise<Snapshot<T>> {
  const hub = findHub()
  if (!hub) return initialSnapshot(reference)
  warnOfEncodedTwice(hub, reference.channel)
  if (!hub.isPublic(reference)) await insistOnRequest(reference.channel)
  return hub.snapshot(reference)
}

async function initialSnapshot<T extends ChannelTypes>(reference: Reference<T>): Promise<Snapshot<T>> {
  const definition = definitionOf(reference)
  if (!definition)
    throw new BaroError(
      'unavailable',
      `No hub is attached, and the reference of ${quote(reference.channel)} is a copy. Pass the object that its definition returned.`,
    )
  await revalidateAtStart()
  return {
    channel: reference.channel,
    position: noPosition,
    version: definition.version,
    value: definition.state?.initial(),
  }
}
