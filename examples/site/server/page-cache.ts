import { readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative, sep } from 'node:path'
import { createPageShelf, type PageShelf } from './page-shelf.ts'

type Module = typeof import('next/dist/server/lib/incremental-cache/file-system-cache.js')
// Next's own cache is CommonJS, and an import of it has another shape at run time than for the type checker.
const { default: FileSystemCache }: Module = createRequire(import.meta.url)(
  'next/dist/server/lib/incremental-cache/file-system-cache.js',
)
type Options = ConstructorParameters<typeof FileSystemCache>[0]
type Setting = Parameters<InstanceType<typeof FileSystemCache>['set']>

/** All pages that were rendered on request, together: about 130 rooms. */
const maxBytes = 32 << 20

// Next makes a cache for each request; what is on the disk is the same for all of them.
let shelf: PageShelf | undefined
let lastWrite: Promise<unknown> = Promise.resolve()

/**
 * Next's cache of pages on disk, with a bound: those that were not read for the longest time go. On its own Next keeps
 * every page of every address that somebody invents, 244 kB each, until the next build (I7). A page that says "not
 * found" is not kept at all.
 */
export default class PageCache extends FileSystemCache {
  readonly #dir: string

  constructor(options: Options) {
    super(options)
    this.#dir = options.serverDistDir
    shelf ??= shelfOf(this.#dir)
  }

  /**
   * A page of the build has no hub behind it, so it shows nothing yet. Next would serve it until the next render is there, and
   * call it as fresh as that one.
   */
  override async get(...args: Parameters<InstanceType<typeof FileSystemCache>['get']>) {
    shelf?.touch(args[0])
    const found = await super.get(...args)
    return found?.value?.kind === 'APP_PAGE' && standsNowhere(found.value) ? null : found
  }

  override async set(...[key, page, context]: Setting): Promise<void> {
    if (page?.kind !== 'APP_PAGE') return super.set(key, page, context)
    if (page.status !== undefined && page.status >= 400) return
    // One after the other, or a page could be written and deleted at the same time, and half of it would stay.
    const write = lastWrite.then(async () => {
      await super.set(key, page, context)
      for (const old of shelf?.put(key, bytesOf(page)) ?? []) await this.#delete(old)
    })
    lastWrite = write.catch(() => {})
    return write
  }

  async #delete(key: string): Promise<void> {
    for (const ending of ['.html', '.meta', '.rsc', '.segments'])
      await rm(join(this.#dir, key + ending), { recursive: true, force: true })
  }
}

/** Of each page it is found out once. */
const nowhere = new WeakMap<object, boolean>()

function standsNowhere(page: Page): boolean {
  const known = nowhere.get(page) ?? page.rscData?.includes('"position":"none"') ?? false
  nowhere.set(page, known)
  return known
}

type Page = Extract<NonNullable<Setting[1]>, { kind: 'APP_PAGE' }>

function bytesOf({ html, rscData, segmentData }: Page): number {
  const files = [Buffer.byteLength(String(html)), rscData?.length ?? 0, 1]
  for (const segment of segmentData?.values() ?? []) files.push(segment.length)
  return files.reduce((sum, bytes) => sum + onDisk(bytes), 0)
}

/** A disk gives out whole blocks. */
function onDisk(bytes: number): number {
  return Math.ceil(bytes / 4_096) * 4_096
}

/** What an earlier process has left: a page outlives a restart. The oldest are the first to go. */
function shelfOf(dir: string): PageShelf {
  const pages = new Map<string, { bytes: number; changedMs: number }>()
  for (const file of filesIn(join(dir, 'route-cache'))) {
    const key = /^(.*?)\.(?:html|meta|rsc|segments)(?:\/|$)/.exec(`/${relative(dir, file).split(sep).join('/')}`)?.[1]
    if (key === undefined) continue
    const { size, mtimeMs } = statSync(file)
    const { bytes, changedMs } = pages.get(key) ?? { bytes: 0, changedMs: 0 }
    pages.set(key, { bytes: bytes + onDisk(size), changedMs: Math.max(changedMs, mtimeMs) })
  }
  const found = createPageShelf(maxBytes)
  const oldestFirst = [...pages].sort(([, a], [, b]) => a.changedMs - b.changedMs)
  for (const [key, { bytes }] of oldestFirst) found.put(key, bytes)
  return found
}

function filesIn(dir: string): readonly string[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true })
    return entries.flatMap((entry) => {
      const path = join(dir, entry.name)
      return entry.isDirectory() ? filesIn(path) : [path]
    })
  } catch {
    // Nothing was rendered yet.
    return []
  }
}
