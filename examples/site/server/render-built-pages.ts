import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CachedPage, cachedPage } from './page-lives.ts'

/** What is used of a manifest of Next. */
interface Manifest {
  readonly routes: Readonly<Record<string, { readonly initialRevalidateSeconds: number | false }>>
  readonly preview: { readonly previewModeId: string }
}

/**
 * Renders the pages of the build once more, now that there is a hub: what the build has made stands nowhere, and what an
 * earlier process left stands in a stream that may be gone. Otherwise the first visitor would get those, and pay for
 * everybody else. Next renders a page at once, and puts it into its cache, for a request with the secret of the build;
 * `res.revalidate` of its Pages Router does the same.
 *
 * @param url Where the site listens.
 */
export async function renderBuiltPages(dir: string, url: string): Promise<readonly CachedPage[]> {
  const manifest = await readFile(join(dir, '.next', 'prerender-manifest.json'), 'utf8')
  const { routes, preview }: Manifest = JSON.parse(manifest)
  const live = Object.keys(routes).filter((path) => routes[path]?.initialRevalidateSeconds !== false)
  return Promise.all(
    live.map(async (path) => {
      const answer = await fetch(url + path, { headers: { 'x-prerender-revalidate': preview.previewModeId } })
      return cachedPage(path, answer.headers.get('cache-control'), await answer.text())
    }),
  )
}
