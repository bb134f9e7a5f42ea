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
 * @throws {BaroError} `refused` in what is rendered for a cache: a page, `'use cache'` or `unstable_cache`.
 */
export async function insistOnRequest(channel: string): Promise<void> {
  const { headers } = await import('next/headers.js')
  // Two ways to be rendered for a cache: Next refuses to tell the headers, or, in a `force-static` page, knows none.
  let why: unknown
  try {
    if ([...(await headers()).keys()].length > 0) return
  } catch (error) {
    // A prerender that ended before anybody asked. Next knows the error, and drops it.
    if ((error as { readonly digest?: unknown }).digest === 'HANGING_PROMISE_REJECTION') throw error
    why = error
  }
  const route = await routeBeingRendered()
  // No page of the App Router is rendered at all: Next says it, and what it is called for is not known here.
  if (route === undefined) throw why
  throw new BaroError(
    'refused',
    `${quote(channel)} is not public, and ${route} is rendered for a cache that all visitors share. Read it outside of "use cache", in a page that says "export const dynamic = 'force-dynamic'", or, with cacheComponents, behind <Suspense> after "await cookies()".`,
    { cause: why },
  )
}

// There is no hub at build time, so a page of a private channel may be static already when one of its channels is found to be
// private, and Next's own error would not say which channel it was.
async function routeBeingRendered(): Promise<string | undefined> {
  const { workAsyncStorage } = await import('next/dist/server/app-render/work-async-storage.external.js')
  return workAsyncStorage.getStore()?.route
}
