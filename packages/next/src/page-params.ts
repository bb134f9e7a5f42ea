import { type AnyChannel, BaroError, type Params, type ReadParamsOf, type TypesOf } from '@baro/core'

/** What Next gives a page, its metadata or a route handler as `params`. */
type RouteParams = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The `params` of a page, decoded once. Next gives them percent-encoded to a page (`%ED%95%9C`), and decoded to its
 * `generateMetadata` and to route handlers (`한`); `room({ id })` takes them decoded. What is decoded already stays as
 * it is, so metadata may use this too. A route handler does not need it: `room(await params)`.
 *
 * Strangers choose what stands in a URL. Where it names no channel (it is too long, or the `params` rule of the channel
 * does not accept it) the page is Next's `notFound()`.
 *
 * @param channel The definition whose parameters these are, under the same names. Others are decoded as well.
 *
 * @example
 * ```tsx
 * export default async function Page({ params }: { params: Promise<{ id: string }> }) {
 *   const { id } = await pageParams(room, params)
 *   return <Room initial={await snapshot(room({ id }))} />
 * }
 * ```
 */
export async function pageParams<C extends AnyChannel, P extends ReadParamsOf<TypesOf<C>['pattern']>>(
  channel: C,
  params: P | PromiseLike<P>,
): Promise<P> {
  const given = (await params) as RouteParams
  const decoded = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, decodeValue(value)]))
  if (!isNamed(channel, decoded)) {
    // Imported here, since a custom server runs this package too, and has no use for it.
    const { notFound } = await import('next/navigation.js')
    notFound()
  }
  return decoded as P
}

function decodeValue(value: RouteParams[string]): RouteParams[string] {
  return typeof value === 'string' ? decodeOnce(value) : value?.map(decodeOnce)
}

/** What Next encoded has exactly this spelling; any other text is decoded already. */
function decodeOnce(text: string): string {
  try {
    const decoded = decodeURIComponent(text)
    return encodeURIComponent(decoded) === text ? decoded : text
  } catch {
    return text
  }
}

function isNamed(channel: AnyChannel, params: RouteParams): boolean {
  try {
    // It looks at its own parameters only, and takes whatever is no text for missing.
    channel(params as Params)
    return true
  } catch (error) {
    if (error instanceof BaroError && error.code === 'bad-name') return false
    throw error
  }
}
