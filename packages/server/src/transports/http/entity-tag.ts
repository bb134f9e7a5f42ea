/**
 * The strong entity tag of an answer (RFC 9110 §8.8.3): its position and, each after a "+", whatever else tells its bytes
 * from others of the same URL. A "+" never stands in a position.
 */
export function entityTag(position: string, variants: readonly string[]): string {
  return `"${[position, ...variants].join('+')}"`
}

/** The position in an entity tag, weak or strong; `undefined` if the header is no single tag. */
export function positionInTag(header: unknown): string | undefined {
  return typeof header === 'string' ? /^(?:W\/)?"([^"+]*)[^"]*"$/.exec(header.trim())?.[1] : undefined
}

/**
 * The tag of an `If-None-Match` (RFC 9110 §13.1.2) that names this answer, in whatever coding its sender keeps it;
 * `undefined` if none does.
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
