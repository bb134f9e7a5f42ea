/** `Cache-Control` (RFC 9111 §5.2), read as it was meant where it is well formed, and as the stricter where it is not. */

/** The directives of one header, lower-case, with their values. */
export type CacheDirectives = Readonly<Record<string, string | true>>

const directive = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g

/** Reads a header. Of a directive that comes twice the first counts; of two times the shorter would be as good. */
export function readCacheControl(header: unknown): CacheDirectives {
  const text = Array.isArray(header) ? header.join(',') : String(header ?? '')
  const found: Record<string, string | true> = Object.create(null)
  for (const [, name = '', quoted, plain] of text.matchAll(directive)) {
    const key = name.toLowerCase()
    if (!(key in found)) found[key] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? true
  }
  return found
}

/** Whether a shared cache may answer others with it without asking (RFC 9111 §3, §4.2.4). */
export function mayBeShared(said: CacheDirectives): boolean {
  return !('no-store' in said || 'private' in said || 'no-cache' in said)
}
