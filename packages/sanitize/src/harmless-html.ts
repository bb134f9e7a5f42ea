/**
 * All that `safeHtml` may be told to allow. What is missing runs scripts, loads a page into the page, belongs to another
 * namespace, is read otherwise by a browser than by a parser on the server, or looks like a part of the application: a
 * form, a style, an `id` that hides a global of the page.
 */

/** Allowed if nothing else is said: what a text is made of. */
export const textTags: readonly string[] = [
  ...['a', 'abbr', 'b', 'bdi', 'blockquote', 'br', 'cite', 'code', 'dd', 'del', 'dl', 'dt', 'em', 'hr', 'i', 'ins'],
  ...['kbd', 'li', 'mark', 'ol', 'p', 'pre', 'q', 'rp', 'rt', 'ruby', 's', 'samp', 'small', 'strong', 'sub', 'sup'],
  ...['u', 'ul', 'var', 'wbr'],
]

/** Allowed only by name: they show what is elsewhere, or take more room than a text. */
const namedTags: readonly string[] = [
  ...['article', 'aside', 'audio', 'bdo', 'caption', 'col', 'colgroup', 'data', 'details', 'dfn', 'div', 'figcaption'],
  ...['figure', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'img', 'main', 'nav', 'picture', 'section'],
  ...['source', 'span', 'summary', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'time', 'tr', 'video'],
]

export const harmlessTags: ReadonlySet<string> = new Set([...textTags, ...namedTags])

/** Allowed if nothing else is said; `*` is every tag. */
export const textAttributes: Readonly<Record<string, readonly string[]>> = {
  '*': ['dir', 'lang', 'title'],
  a: ['href'],
  ol: ['start'],
}

export const harmlessAttributes: ReadonlySet<string> = new Set([
  ...[
    'abbr',
    'alt',
    'cite',
    'class',
    'colspan',
    'controls',
    'datetime',
    'decoding',
    'dir',
    'download',
    'height',
    'href',
  ],
  ...[
    'lang',
    'loading',
    'loop',
    'media',
    'muted',
    'open',
    'poster',
    'preload',
    'reversed',
    'rowspan',
    'scope',
    'sizes',
  ],
  ...['span', 'src', 'srcset', 'start', 'target', 'title', 'type', 'value', 'width'],
])

/** Attributes that hold a URL. `srcset` holds several, which the sanitizer looks at one by one. */
export const urlAttributes: readonly string[] = ['cite', 'href', 'poster', 'src']

/** Allowed if nothing else is said. A URL without a scheme is one of the page's own site, and stays. */
export const usualSchemes: readonly string[] = ['http', 'https', 'mailto', 'tel']

/** These run what they hold, or show it as a page. */
export const harmfulSchemes: ReadonlySet<string> = new Set([
  ...['about', 'blob', 'data', 'file', 'filesystem', 'javascript', 'jar', 'livescript', 'mocha', 'vbscript'],
  'view-source',
])

/** What stands in these is no text for a reader, so it goes with its tag. Elsewhere the tag goes and its text stays. */
export const tagsWithoutText: readonly string[] = [
  ...[
    'iframe',
    'math',
    'noembed',
    'noframes',
    'noscript',
    'object',
    'option',
    'plaintext',
    'script',
    'select',
    'style',
    'svg',
  ],
  ...['template', 'textarea', 'title', 'xmp'],
]
