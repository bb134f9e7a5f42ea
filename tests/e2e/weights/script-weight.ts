import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const build = fileURLToPath(new URL('../../../examples/site/.next/', import.meta.url))

/**
 * A page of the same build that has nothing of the site, nor its layout: Next's own for what is not found, which the site never
 * shows. What it loads are React and Next.
 */
const emptyPage = readFileSync(`${build}server/app/_not-found.html`, 'utf8')

/** The scripts that a page names. The polyfills are for browsers that know no modules. */
export function scriptsOf(html: string): readonly string[] {
  const tags = [...html.matchAll(/<script[^>]* src="([^"]+)"[^>]*>/g)].filter(([tag]) => !/nomodule/i.test(tag))
  return [...new Set(tags.map(([, source = '']) => source))]
}

/** How many bytes of scripts a page names, compressed by gzip, beyond those of an empty page of the same build. */
export function scriptWeight(html: string): number {
  return weightOf(scriptsOf(html)) - weightOf(scriptsOf(emptyPage))
}

function weightOf(scripts: readonly string[]): number {
  return scripts.reduce((sum, source) => sum + gzipSync(readScript(source)).length, 0)
}

/** A script that a page names, as it is in the build. */
export function readScript(source: string): string {
  const file = new URL(source, 'http://site').pathname.replace('/_next/', '')
  return readFileSync(build + decodeURIComponent(file), 'utf8')
}
