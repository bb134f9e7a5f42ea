/** What `safeHtml` takes. Each list takes the place of its default. */
export interface SafeHtmlOptions {
  /**
   * The tags that stay. Default: those of a text, such as `p`, `a`, `strong`, `ul`, `blockquote`, `code` and `ruby`; no
   * image, table or heading. Only harmless tags can be named.
   */
  readonly allowedTags?: readonly string[]
  /** The attributes that stay, by tag; `*` is every tag. Default: `href` of `a`, `start` of `ol`, and `lang`, `dir`, `title`. */
  readonly allowedAttributes?: Readonly<Record<string, readonly string[]>>
  /** The schemes of URLs that stay. Default `http`, `https`, `mailto`, `tel`. A URL without a scheme stays too. */
  readonly allowedSchemes?: readonly string[]
  /** The longest HTML, in characters (UTF-16), as it comes in and as it goes out. Longer is refused, not cut. Default 10,000. */
  readonly maxLength?: number
}
