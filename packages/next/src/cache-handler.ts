/**
 * Next's cache of pages, route handlers and fetches, on the page store of the hub. Name it in `next.config.ts`:
 *
 *   cacheHandler: require.resolve('@baro/next/cache-handler'), cacheMaxMemorySize: 0
 *
 * Next dates an entry when it is stored, so a revalidation that lands during a render is lost. Here an entry is judged by
 * the positions that its render has read, and dated when the render began.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { KeptPage } from '@baro/core/broker'
import type { Hub } from '@baro/server'
import { findHub } from './attached-hub.ts'
import {
  type Beginning,
  begin,
  ifAnswered,
  isMarked,
  isMarkedStale,
  markTags,
  policyWithoutTime,
  staleTagOfNext,
  tagOfNext,
} from './kept-entries.ts'
import { putTogether, takeApart } from './kept-value.ts'
import { atStart } from './render-built-pages.ts'

type Module = typeof import('next/dist/server/lib/incremental-cache/file-system-cache.js')
type Base = InstanceType<Module['default']>
type Getting = Parameters<Base['get']>
type Setting = Parameters<Base['set']>
type Entry = Awaited<ReturnType<Base['get']>>
type Lifetime = NonNullable<Entry>['cacheControl']

// Next's own cache is CommonJS, and an import of it has another shape at run time than for the type checker.
const FileSystemCache: Module['default'] = (
  createRequire(import.meta.url)('next/dist/server/lib/incremental-cache/file-system-cache.js') as Module
).default

/** When an entry is dated that Next is to serve, and to make anew whatever its time says. */
const longAgo = 1

/** What was handed out: after a render that failed Next stores the older value again, as if it were new. */
const handedOut = new WeakSet<object>()

/** The key that Next takes a request for a render by. Each build has another. */
const revalidationKeys = new Map<string, string | undefined>()

function revalidationKey(serverDistDir: string): string | undefined {
  if (!revalidationKeys.has(serverDistDir)) {
    const manifest = join(serverDistDir, '..', 'prerender-manifest.json')
    const text = existsSync(manifest) ? readFileSync(manifest, 'utf8') : '{}'
    revalidationKeys.set(serverDistDir, JSON.parse(text).preview?.previewModeId)
  }
  return revalidationKeys.get(serverDistDir)
}

/** Next makes one for each request, about three times; what is kept is the hub's. */
export default class PageCacheHandler extends FileSystemCache {
  /** When the request began, for renders that nobody writes down. */
  #beginning: Promise<Beginning> | undefined
  /** Whether this request is one for a render by `res.revalidate`, which is not begun yet. */
  #isAsked: boolean
  #isRenewing = false

  constructor(options: ConstructorParameters<Module['default']>[0]) {
    // What the build has rendered is read from disk, and nothing is written there.
    super({ ...options, flushToDisk: false, maxMemoryCacheSize: 0 })
    const parts = findHub()?.pageParts
    if (parts) this.#beginning = begin(parts)
    const { 'x-prerender-revalidate': asked, [atStart]: isAtStart } = options._requestHeaders ?? {}
    this.#isAsked = typeof asked === 'string' && asked === revalidationKey(options.serverDistDir) && !isAtStart
  }

  override async get(...[key, context]: Getting): Promise<Entry> {
    const hub = findHub()
    if (!hub) return super.get(key, context)
    const record = hub.pageParts.records.current
    record?.ask()
    const entry = await this.#find(hub, key, context)
    // What a page fetches on its way may be kept later than the page is there.
    if (!entry && context.kind !== 'FETCH') record?.lack(key)
    return entry
  }

  async #find(hub: Hub, ...[key, context]: Getting): Promise<Entry> {
    const { store, judge, records, now } = hub.pageParts
    if (this.#isAsked && context.kind !== 'FETCH') {
      this.#isAsked = false
      // What stands in front of Next is from before. The entry that is rendered now knows of this mark.
      await ifAnswered(() => store.mark([tagOfPlace(hub, key)]))
      this.#beginning = begin(hub.pageParts)
      await this.#beginning
      this.#isRenewing = true
      return null
    }
    const page = await Promise.resolve(store.read(storeKey(key))).catch(() => undefined)
    if (!page) return this.#ofTheBuild(hub, key, context)
    const verdict = await judge.judge(page)
    const tags = tagsAskedFor(context, page)
    if (verdict.state === 'miss' || (await isMarked(hub, page, tags))) return null
    const mayRender = verdict.state === 'stale' && verdict.mayRender
    const isStale = mayRender || (await isMarkedStale(hub, page, tags))
    // In front of Next the older page is served already: one render is enough. It must not be made of older data.
    if (records.current?.isKept && (mayRender || (isStale && context.kind === 'FETCH'))) return null
    const { value, cacheControl } = putTogether(page) as { value: NonNullable<Entry>['value']; cacheControl?: Lifetime }
    records.current?.serve({ ...page, tags: [...page.tags, ...tags.map(staleTagOfNext)] })
    if (value) handedOut.add(value)
    const asStale = () => (context.kind === 'FETCH' ? { lastModified: longAgo } : staleSince(now(), cacheControl))
    return {
      value,
      ...(isStale ? asStale() : { lastModified: page.renderedAt, cacheControl }),
    } as Entry
  }

  override async set(...[key, value, context]: Setting): Promise<void> {
    const hub = findHub()
    // A build: Next writes what it has rendered itself.
    if (!hub) return super.set(key, value, context)
    const { store, judge, records, embeddedReads } = hub.pageParts
    const record = records.current
    record?.make(key)
    if (value && handedOut.has(value)) return
    const { mark, began } = (this.#isRenewing ? undefined : record) ?? (await this.#beginning) ?? { mark: 0, began: 0 }
    const { cacheControl } = context as { readonly cacheControl?: Lifetime }
    // A page that is not found is not kept: strangers choose addresses.
    if (!value || isNotFound(value)) return ifAnswered(() => store.drop(storeKey(key)))
    const { about, parts } = takeApart({ value, cacheControl })
    const found = [...Object.values(parts), Buffer.from(textOf(value))].flatMap(embeddedReads)
    // What is fetched on the way to a page is as old as its own time says, whatever else the page reads.
    const reads =
      value.kind === 'FETCH'
        ? []
        : await judge.settle([...(record?.reads ?? []), ...found.filter(({ channel }) => !isOfMembers(channel))])
    const tags = [...tagsOfValue(value, context)]
    const page: KeptPage = {
      ...{ about, parts, reads, mark, renderedAt: began, policy: policyWithoutTime(hub) },
      tags: [
        ...new Set([
          ...tags.map(tagOfNext),
          ...placesOf(hub, key, record?.path),
          ...reads.map(({ channel }) => `channel:${channel}`),
        ]),
      ],
    }
    record?.tag([...placesOf(hub, key), ...tags.flatMap((tag) => [tagOfNext(tag), staleTagOfNext(tag)])])
    await ifAnswered(() => store.write(storeKey(key), page))
  }

  override async revalidateTag(...[tags, durations]: Parameters<Base['revalidateTag']>): Promise<void> {
    await markTags(findHub(), tags, durations)
  }

  /**
   * A page of the build, unless it stands where no hub was, or in another life of a channel, or somebody has marked it. It
   * knows of no mark, and is as old as its file: dated now, a cache in front would take what is rendered later for older.
   */
  async #ofTheBuild(hub: Hub, key: Getting[0], context: Getting[1]): Promise<Entry> {
    const entry = await super.get(key, context)
    if (!entry?.value) return entry
    const { records, embeddedReads, now } = hub.pageParts
    const { parts } = takeApart(entry.value)
    const found = [...Object.values(parts), Buffer.from(textOf(entry.value))].flatMap(embeddedReads)
    if (found.length > 0) return null
    const tags = [...tagsOfValue(entry.value, {})]
    const built = { mark: 0, tags: [...tags.map(tagOfNext), ...placesOf(hub, key)] }
    const asked = tagsAskedFor(context, built)
    if (await isMarked(hub, built, asked)) return null
    const renderedAt = entry.lastModified ?? 0
    records.current?.serve({
      ...{ reads: [], renderedAt, mark: built.mark },
      tags: [...built.tags, ...asked.map(staleTagOfNext)],
    })
    if (!(await isMarkedStale(hub, built, asked))) return entry
    return { ...entry, ...staleSince(now(), entry.cacheControl) } as Entry
  }
}

function storeKey(key: string): string {
  return `next ${key}`
}

/** What stands before the path of a page in its key, and tells builds and kinds apart. What a page fetches has a key without it. */
const beforePath = '/$'

function tagOfPlace({ pageParts }: Hub, key: string): string {
  const path = key.slice(key.indexOf(`${beforePath}/`) + beforePath.length)
  return pageParts.tagOf(path === '/index' ? '/' : new URL(path, 'http://host').pathname)
}

/** The tags of the paths of a page: as Next names it, and as it was asked for. They differ by a base path, a locale, a rewrite. */
function placesOf(hub: Hub, key: string, asked?: string): readonly string[] {
  if (!key.includes(`${beforePath}/`)) return []
  return [tagOfPlace(hub, key), ...(asked === undefined ? [] : [hub.pageParts.tagOf(asked)])]
}

function isOfMembers(channel: string): boolean {
  return channel.startsWith('baro~members:')
}

function isNotFound(value: object): boolean {
  return 'status' in value && typeof value.status === 'number' && value.status >= 400
}

/** The texts of an entry, where snapshots may stand. */
function textOf(value: object): string {
  const { html, pageData, data } = value as { html?: unknown; pageData?: unknown; data?: { body?: unknown } }
  return (
    [html, data?.body].filter((one) => typeof one === 'string').join(' ') + (pageData ? JSON.stringify(pageData) : '')
  )
}

function tagsOfValue(value: object, context: object): ReadonlySet<string> {
  const { headers, tags } = value as { headers?: Record<string, unknown>; tags?: readonly string[] }
  const inHeader = headers?.['x-next-cache-tags']
  const asked = (context as { readonly tags?: readonly string[] }).tags
  return new Set([...(typeof inHeader === 'string' ? inHeader.split(',') : []), ...(tags ?? []), ...(asked ?? [])])
}

/** The tags of an entry, and those that this request has for it. */
function tagsAskedFor(context: Getting[1], { tags }: Pick<KeptPage, 'tags'>): readonly string[] {
  const { tags: asked = [], softTags = [] } = context as { tags?: readonly string[]; softTags?: readonly string[] }
  const own = tags.flatMap((tag) => (tag.startsWith('next:') ? tag.slice('next:'.length) : []))
  return [...new Set([...own, ...asked, ...softTags])]
}

/** Dated so that Next serves it and renders it again: it knows no other word for that. */
function staleSince(now: number, cacheControl: Lifetime): { lastModified: number; cacheControl: Lifetime } {
  const seconds = typeof cacheControl?.revalidate === 'number' ? cacheControl.revalidate : 1
  const lifetime = { ...cacheControl, revalidate: seconds } as Lifetime
  return { lastModified: Math.max(1, Math.floor(now) - 1_000 * seconds - 1_000), cacheControl: lifetime }
}
