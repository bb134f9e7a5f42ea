import { type DefaultTreeAdapterTypes, html, parseFragment } from 'parse5'

/** Nothing of these runs or loads a script, or belongs to another namespace than that of HTML. */
export const tags: ReadonlySet<string> = new Set([
  ...'a abbr b bdi blockquote br cite code dd del dl dt em hr i ins kbd li mark ol p pre q rp rt ruby s'.split(' '),
  ...'samp small strong sub sup u ul var wbr article aside audio bdo caption col colgroup data details dfn'.split(' '),
  ...'div figcaption figure footer h1 h2 h3 h4 h5 h6 header img main nav picture section source span'.split(' '),
  ...'summary table tbody td tfoot th thead time tr video'.split(' '),
])

export const attributes: ReadonlySet<string> = new Set([
  ...'abbr alt cite class colspan controls datetime decoding dir download height href lang loading loop'.split(' '),
  ...'media muted open poster preload reversed rowspan scope sizes span src srcset start target title type'.split(' '),
  ...'value width'.split(' '),
])

/** Where a page may lead by itself. A URL that is none leads nowhere. */
const schemes = new Set(['http:', 'https:', 'mailto:', 'tel:'])

const urls = new Set(['href', 'src', 'cite', 'poster', 'action', 'formaction', 'data', 'xlink:href'])

/** What a browser would find in this HTML that may do something, by the parser of the HTML standard. */
export function complaintsAbout(text: string): readonly string[] {
  return childrenOf(parseFragment(text, { scriptingEnabled: true })).flatMap(within)
}

function childrenOf(node: object): readonly DefaultTreeAdapterTypes.ChildNode[] {
  return 'childNodes' in node ? (node.childNodes as readonly DefaultTreeAdapterTypes.ChildNode[]) : []
}

function within(node: DefaultTreeAdapterTypes.ChildNode): readonly string[] {
  if (!('tagName' in node)) return node.nodeName === '#text' ? [] : [`a ${node.nodeName}`]
  return [
    ...(tags.has(node.tagName) && node.namespaceURI === html.NS.HTML ? [] : [`<${node.tagName}>`]),
    ...node.attrs.flatMap(({ name, value }) => {
      if (urls.has(name)) return leadsAway(value) ? [`${name}=${value}`] : []
      if (name === 'srcset') return value.split(',').some((one) => leadsAway(one.trim())) ? [`${name}=${value}`] : []
      return attributes.has(name) || name === 'rel' ? [] : [name]
    }),
    ...childrenOf(node).flatMap(within),
  ]
}

function leadsAway(url: string): boolean {
  return URL.canParse(url, 'https://shop.example') && !schemes.has(new URL(url, 'https://shop.example').protocol)
}
