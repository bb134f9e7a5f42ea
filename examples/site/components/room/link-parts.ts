/** A piece of a text: as it is written, and where it leads if it is an address. */
export interface TextPart {
  readonly text: string
  readonly href?: string
}

const address = /https?:\/\/[^\s<>"]+/gi
/** Splits a text into addresses and the rest; together the parts are the text. Only the web is linked to. */
export function linkParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const { 0: found, index } of text.matchAll(address)) {
    const href = found.slice(0, addressEnd(found))
    if (!URL.canParse(href)) continue
    if (index > at) parts.push({ text: text.slice(at, index) })
    parts.push({ text: href, href })
    at = index + href.length
  }
  if (at < text.length) parts.push({ text: text.slice(at) })
  return parts
}

/** Where an address ends: what a sentence puts right behind it is none of it, nor a bracket that it did not open. */
function addressEnd(found: string): number {
  let open = 0
  for (const character of found) open += character === '(' ? 1 : character === ')' ? -1 : 0
  let end = found.length
  for (; end > 0; end--) {
    const last = found.charAt(end - 1)
    if (last === ')' && open < 0) open++
    else if (!".,;:!?'…".includes(last)) break
  }
  return end
}
