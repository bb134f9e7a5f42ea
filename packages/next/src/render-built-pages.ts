import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quote } from '@baro/core/protocol'
import { basePathOfNext } from './base-path-of-next.ts'

/** A page that was rendered once more. */
export interface RenderedPage {
  readonly path: string
  /** How long it may be cached: `Cache-Control` of its answer. */
  readonly cacheControl: string | null
  readonly html: string
}

/** What `renderBuiltPages` takes beside the address. */
export interface RenderBuiltPagesOptions {
  /** Where the build is. Default: `.next`, in the folder in which the process runs. */
  readonly distDir?: string
  /** For how long a page is waited for, in milliseconds: one that hangs must not keep the start of a node for ever. Default 60,000 ms. */
  readonly timeoutMs?: number
  /** Is told of each page, one after the other as they are rendered. */
  readonly rendered?: (page: RenderedPage) => void
}

/** What is used of a manifest of Next. */
interface PrerenderManifest {
  readonly routes: Readonly<Record<string, { readonly initialRevalidateSeconds: number | false }>>
  readonly preview: { readonly previewModeId: string }
}

/**
 * Says that a render is for the start of a node. Nothing that was kept before is marked by it: what is kept is judged by its positions, and the
 * visitors of other nodes, which share a page store, would wait for renders whenever a node starts.
 */
export const atStart = 'x-baro-at-start'

/** Rendering costs CPU, and there are visitors meanwhile. */
const atOnce = 4

/**
 * Renders the pages that were built without a hub once more, now that there is one: the snapshot in them stands nowhere, so
 * their first visitor would be reset. `attach` does it by itself where Next runs its own server. With a custom server call
 * it when that listens. Where there is no build it does nothing.
 *
 * @param url Where this server listens, for example `http://localhost:3000`.
 *
 * @example
 * ```ts
 * attach(hub, server)
 * server.listen(3000, () => renderBuiltPages('http://localhost:3000'))
 * ```
 */
export async function renderBuiltPages(url: string, options: RenderBuiltPagesOptions = {}): Promise<void> {
  const { distDir = '.next', timeoutMs = 60_000, rendered = () => {} } = options
  const manifest = await read<PrerenderManifest>(distDir, 'prerender-manifest.json')
  if (!manifest) return
  const basePath = basePathOfNext(distDir)
  // So short a life is what `snapshot` gives a page that is rendered without a hub.
  const waiting = Object.entries(manifest.routes).flatMap(([path, { initialRevalidateSeconds }]) =>
    initialRevalidateSeconds === 1 ? path : [],
  )
  // `res.revalidate` of the Pages Router sends the same. To a Next that did not know it this would be a GET like any other,
  // which finds a page whose life is over, and has it rendered in the background.
  const headers = { 'x-prerender-revalidate': manifest.preview.previewModeId, [atStart]: '1' }
  const renderOneByOne = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const page = await ask(new URL(basePath + path, url), headers, timeoutMs)
      if (page) rendered({ path, ...page })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, renderOneByOne))
}

/** The page, rendered; one that cannot be stays as it was built. Next prints why, but not that it waits. */
async function ask(
  url: URL,
  headers: Record<string, string>,
  timeoutMs: number,
): Promise<Omit<RenderedPage, 'path'> | undefined> {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
    const html = await answer.text()
    return answer.ok ? { cacheControl: answer.headers.get('cache-control'), html } : undefined
  } catch (error) {
    if ((error as Error).name !== 'TimeoutError') throw error
    console.warn(`The page ${quote(url.pathname)} was not rendered within ${timeoutMs} ms after the start.`)
    return undefined
  }
}

async function read<Manifest>(distDir: string, name: string): Promise<Manifest | undefined> {
  const text = await readFile(join(/* turbopackIgnore: true */ distDir, name), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}
