import type { Token, Tokens } from 'marked'
import { headingAnchors } from './heading-anchors.ts'
import type { Passage } from './passages.ts'

/**
 * What the search looks through of a page of the reference: one passage for each name, with the sentence that says what it is,
 * and the names of what it has. The whole text would be ten times as long, and whoever looks here looks for a name.
 */
export function referencePassages(tokens: readonly Token[], href: string): readonly Passage[] {
  const passages: Passage[] = []
  const anchorOf = headingAnchors()
  let guide = ''
  let open: { href: string; heading: string; text: string[] } | undefined
  const close = () => {
    if (open) passages.push({ ...open, guide, text: open.text.join(' ') })
    open = undefined
  }
  for (const token of tokens) {
    if (token.type === 'heading') {
      const { depth, text } = token as Tokens.Heading
      const name = withoutSigns(text)
      const anchor = anchorOf(text)
      if (depth <= 3) close()
      if (depth === 1) guide = name
      else if (depth === 3) open = { href: `${href}#${anchor}`, heading: name, text: [] }
      else if (depth === 5) open?.text.push(name)
    } else if (token.type === 'paragraph' && open?.text.length === 0)
      open.text.push(withoutSigns((token as Tokens.Paragraph).text).split(/(?<=\.) /)[0] ?? '')
    else if (token.type === 'table' && (token as Tokens.Table).header[0]?.text === 'Property')
      open?.text.push(...(token as Tokens.Table).rows.map(([property]) => withoutSigns(property?.text ?? '')))
  }
  close()
  return passages
}

function withoutSigns(markdown: string): string {
  return markdown
    .replace(/<[^>]*>|`|\\/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}
