import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'

// Next's functions are imported where they are called: a custom server runs this package too, and has no use for them.

/**
 * Shortens the life of the page that is being rendered to one second. At `next build` this goes into the prerender
 * manifest, so the first request after a start renders the page again, this time with a hub; that render does not come
 * here, and the page is back at its own `revalidate`.
 */
export async function revalidateAtStart(): Promise<void> {
  const { cacheLife, unstable_cache } = await import('next/cache.js')
  try {
    // The value inside `'use cache'` has a life of its own, and Next takes the shortest that was asked for.
    cacheLife({ revalidate: 1 })
    return
  } catch {
    // Not inside `'use cache'`: the page has the life.
  }
  // A cached value with a shorter life than its page shortens the page's: the value itself does not matter.
  const shorten = unstable_cache(async () => null, ['baro', 'no hub'], { revalidate: 1 })
  // Only a page of the App Router can be shortened like this; elsewhere there is no cache to ask, and it says so.
  await shorten().catch((error: unknown) => {
    if (!String(error).includes('incrementalCache missing')) throw error
  })
}

/**
 * Makes the page that is being rendered dynamic, and returns only if it is rendered for one request.
 *
 * @throws {BaroError} `refused` in a page that is rendered for a cache, and inside `'use cache'`.
 */
export async function insistOnRequest(channel: string): Promise<void> {
  // Asked first: Next keeps the error of `headers` in such a place, and shows it in the place of ours.
  if (await isInUseCache())
    throw new BaroError(
      'refused',
      `${quote(channel)} is not public, and its snapshot is taken inside 'use cache'. Take it outside, or give the channel "access: 'public'" and refuse guests in its handlers.`,
    )
  const { headers } = await import('next/headers.js')
  // Two ways to be rendered for a cache: Next interrupts the render, or, in a `force-static` page, knows no headers.
  const names = await headerNames(headers).catch(noneIfInterrupted)
  if (names.length > 0) return
  throw new BaroError(
    'refused',
    `${quote(channel)} is not public, and this page is cached. Say "export const dynamic = 'force-dynamic'" in it.`,
  )
}

async function isInUseCache(): Promise<boolean> {
  const { cacheLife } = await import('next/cache.js')
  try {
    // Asks for no life, and is refused everywhere else.
    cacheLife({})
    return true
  } catch {
    return false
  }
}

async function headerNames(headers: () => Promise<Headers>): Promise<readonly string[]> {
  return [...(await headers()).keys()]
}

// There is no hub at build time, so a render that is interrupted here is too late to make its page dynamic, and Next's
// own error would not say which channel it was.
function noneIfInterrupted(error: unknown): readonly string[] {
  if ((error as { readonly digest?: unknown }).digest === 'DYNAMIC_SERVER_USAGE') return []
  throw error
}
