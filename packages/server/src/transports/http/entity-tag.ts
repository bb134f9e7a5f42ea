/**
 * The strong entity tag of an answer (RFC 9110 §8.8.3): its position, and after a "+" each variant that tells its bytes
 * from others of the same URL. A position never holds a "+".
 */
export function entityTag(position: string, variants: readonly string[]): string {
  return `"${[position, ...variants].join('+')}"`
}

/** The position in a weak or strong entity tag; `undefined` if the header is not exactly one tag. */
export function positionInTag(header: unknown): string | undefined {
  return typeof header === 'string' ? /^(?:W\/)?"([^"+]*)[^"]*"$/.exec(header.trim())?.[1] : undefined
}

/**
 * The tag in an `If-None-Match` (RFC 9110 §13.1.2) that names this answer, compressed or not; `undefined` if there is
 * none.
 */
export function matchingTag(header: string | undefined, tag: string): string | undefined {
  for (const one of (header ?? '').split(',')) {
    const trimmed = one.trim()
    if (trimmed === '*') return tag
    if (withoutCoding(trimmed) === withoutCoding(tag)) return trimmed
  }
  return undefined
}

function withoutCoding(tag: string): string {
  return tag.replace(/^W\//, '').replace(/\+gzip"$/, '"')
}
