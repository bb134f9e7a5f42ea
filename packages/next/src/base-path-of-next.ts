import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The base path of a build, such as `/docs`; empty without one, and where there is no build. */
export function basePathOfNext(distDir = '.next'): string {
  try {
    const manifest = readFileSync(join(/* turbopackIgnore: true */ distDir, 'routes-manifest.json'), 'utf8')
    const { basePath } = JSON.parse(manifest) as { readonly basePath?: unknown }
    return typeof basePath === 'string' ? basePath : ''
  } catch {
    return ''
  }
}
