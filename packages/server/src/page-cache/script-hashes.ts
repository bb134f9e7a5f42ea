/**
 * A Content-Security-Policy for a page that is kept. A nonce in it would be the same for everybody, so worthless; the hashes
 * of its inline scripts let those run, and no other: nothing that is put into the page in the browser.
 */
import { createHash } from 'node:crypto'

const scriptElement = /<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi

/** A type that is no script: a browser runs it in no case. */
const isData = /\btype\s*=\s*(?:"|'|)(?!text\/javascript|module|application\/javascript)[\w/+.-]+/i

/** The sources of CSP Level 3 for the inline scripts of a page, in their order, each once. */
export function scriptHashes(html: string): readonly string[] {
  const hashes = new Set<string>()
  for (const [, attributes = '', text = ''] of html.matchAll(scriptElement))
    if (!/\bsrc\s*=/i.test(attributes) && !isData.test(attributes))
      hashes.add(`'sha256-${createHash('sha256').update(normalized(text)).digest('base64')}'`)
  return [...hashes]
}

/** A policy in which hashes stand for `'unsafe-inline'` where scripts are concerned. Anything else stays as it is. */
export function withHashes(policy: string, html: string): string {
  return allowsInline(policy) ? scriptSources(policy, scriptHashes(html)) : policy
}

/**
 * A policy in which these sources stand for `'unsafe-inline'` where scripts are concerned. Anything else stays as it is, and so
 * does a policy that does not say it.
 */
export function scriptSources(policy: string, instead: readonly string[]): string {
  if (!allowsInline(policy)) return policy
  const directives = policy.split(';').map((one) => one.trim())
  const index = indexOfScripts(directives)
  const [name = '', ...sources] = directives[index]?.split(/\s+/) ?? []
  const strict = ['script-src', ...sources.filter((source) => !isInline(source)), ...instead].join(' ')
  // Styles keep what `default-src` says for them.
  return (name.toLowerCase() === 'script-src' ? directives.with(index, strict) : [...directives, strict]).join('; ')
}

function allowsInline(policy: string): boolean {
  const directives = policy.split(';').map((one) => one.trim())
  return directives[indexOfScripts(directives)]?.split(/\s+/).some(isInline) ?? false
}

/** The directive that is for scripts; -1 if there is none. */
function indexOfScripts(directives: readonly string[]): number {
  const named = (name: string) => directives.findIndex((one) => one.toLowerCase().split(/\s+/)[0] === name)
  return named('script-src') === -1 ? named('default-src') : named('script-src')
}

function isInline(source: string): boolean {
  return source.toLowerCase() === "'unsafe-inline'"
}

/** As the parser of a browser has it. */
function normalized(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}
