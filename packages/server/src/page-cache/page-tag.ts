/** The strong entity tags of a page: one for each form of its bytes (RFC 9110 §8.8.3). */
import { createHash } from 'node:crypto'

/** A form in which a page is sent. */
export type Coding = 'identity' | 'gzip' | 'br'

/** The tag of the bytes themselves, without quotes. */
export function tagOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22)
}

/** The tag of one form. */
export function codedTag(tag: string, coding: Coding): string {
  return coding === 'identity' ? `"${tag}"` : `"${tag}+${coding}"`
}

/**
 * Whether an `If-None-Match` names the page in any form, by weak comparison (RFC 9110 §13.1.2): a proxy that compressed it
 * itself has made the tag a weak one.
 */
export function namesTag(header: string, tag: string): boolean {
  return header.split(',').some((one) => {
    const [, opaque] = /^\s*(?:W\/)?"([^"]*)"\s*$/.exec(one) ?? []
    return opaque === undefined ? one.trim() === '*' : opaque.replace(/\+(?:gzip|br)$/, '') === tag
  })
}

/** The best form of those that are there, by `Accept-Encoding` (RFC 9110 §12.5.3). */
export function codingFor(header: string | undefined, isThere: (coding: Coding) => boolean): Coding {
  if (header === undefined || header === '') return 'identity'
  let wanted = read.get(header)
  if (!wanted) {
    wanted = codingsIn(header)
    // Strangers write it.
    if (read.size >= mostRead) read.clear()
    if (header.length <= longestRead) read.set(header, wanted)
  }
  for (const coding of wanted) if (isThere(coding)) return coding
  return 'identity'
}

/** What was read once: browsers have a handful of these headers, and to read one takes half as long as all else of a hit. */
const read = new Map<string, readonly Coding[]>()
const mostRead = 100
const longestRead = 100

/** The codings that a header takes, best first. */
function codingsIn(header: string): readonly Coding[] {
  const weights = new Map<string, number>()
  for (const one of header.toLowerCase().split(',')) {
    const [name = '', ...params] = one.split(';').map((part) => part.trim())
    const q = params.find((param) => param.startsWith('q='))
    weights.set(name === 'x-gzip' ? 'gzip' : name, q === undefined ? 1 : Number(q.slice(2)) || 0)
  }
  const weightOf = (coding: Coding) => weights.get(coding) ?? weights.get('*') ?? 0
  return (['br', 'gzip'] as const).filter((coding) => weightOf(coding) > 0).sort((a, b) => weightOf(b) - weightOf(a))
}
