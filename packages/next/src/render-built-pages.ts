import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

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
  /** Is told of each page, one after the other as they are rendered. */
  readonly rendered?: (page: RenderedPage) => void
}

/** What is used of two manifests of Next. */
interface PrerenderManifest {
  readonly routes: Readonly<Record<string, { readonly initialRevalidateSeconds: number | false }>>
  readonly preview: { readonly previewModeId: string }
}
interface RoutesManifest {
  readonly basePath?: string
}

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
  const { distDir = '.next', rendered = () => {} } = options
  const manifest = await read<PrerenderManifest>(distDir, 'prerender-manifest.json')
  if (!manifest) return
  const { basePath = '' } = (await read<RoutesManifest>(distDir, 'routes-manifest.json')) ?? {}
  // So short a life is what `snapshot` gives a page that is rendered without a hub.
  const waiting = Object.entries(manifest.routes).flatMap(([path, { initialRevalidateSeconds }]) =>
    initialRevalidateSeconds === 1 ? path : [],
  )
  // `res.revalidate` of the Pages Router sends the same. To a Next that did not know it this would be a GET like any other,
  // which finds a page whose life is over, and has it rendered in the background.
  const headers = { 'x-prerender-revalidate': manifest.preview.previewModeId }
  const renderOneByOne = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const answer = await fetch(new URL(basePath + path, url), { headers })
      const html = await answer.text()
      // One that cannot be rendered stays as it was built, and Next has printed why.
      if (answer.ok) rendered({ path, cacheControl: answer.headers.get('cache-control'), html })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, renderOneByOne))
}

async function read<Manifest>(distDir: string, name: string): Promise<Manifest | undefined> {
  const text = await readFile(join(/* turbopackIgnore: true */ distDir, name), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}
