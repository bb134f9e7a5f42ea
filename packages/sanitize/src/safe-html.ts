import { checkedOptions, type OptionRule, type OptionRules, whole } from '@baro/core/protocol'
import sanitize from 'sanitize-html'
import { cleanCharacters } from './characters.ts'
import {
  harmfulSchemes,
  harmlessAttributes,
  harmlessTags,
  tagsWithoutText,
  textAttributes,
  textTags,
  urlAttributes,
  usualSchemes,
} from './harmless-html.ts'
import type { SafeHtmlOptions } from './safe-html-options.ts'
import { type TextSchema, textSchema, usualMaxLength } from './text-schema.ts'

function someOf(what: string, isOne: (text: string) => boolean): OptionRule {
  return {
    what: `a list of ${what}`,
    accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string' && isOne(one)),
  }
}

const attributes = someOf('attributes', (name) => harmlessAttributes.has(name))

const rules: OptionRules<SafeHtmlOptions> = {
  allowedTags: someOf(`tags, each one of ${[...harmlessTags].join(', ')}`, (tag) => harmlessTags.has(tag)),
  allowedAttributes: {
    what: `lists of attributes by tag, or by "*", each one of ${[...harmlessAttributes].join(', ')}`,
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.entries(value).every(
        ([tag, names]) => (tag === '*' || harmlessTags.has(tag)) && attributes.accepts(names),
      ),
  },
  allowedSchemes: someOf(
    `schemes without their colon, in lower case, none of ${[...harmfulSchemes].join(', ')}`,
    (scheme) => /^[a-z][a-z\d+.-]*$/.test(scheme) && !harmfulSchemes.has(scheme),
  ),
  maxLength: whole('characters', 1),
}

/** Beyond it a tag goes and its text stays. Browsers stop at 512, and put the rest where it was not meant. */
const deepestTag = 64

/** What people write settles at the second look, what attackers write at the third. */
const mostLooks = 8

const linkOfAStranger = 'nofollow noopener noreferrer ugc'

/**
 * HTML that may be shown to others: what is not allowed goes, and its text stays. Scripts, handlers, styles, forms, frames,
 * SVG and MathML are never allowed, whatever the options say. What comes out is escaped once, and comes out the same when
 * it goes in again. The characters are those of `plainText`. A link gets `rel="nofollow noopener noreferrer ugc"`.
 *
 * What a tab shows before the hub has answered has not been here: show as HTML what is confirmed.
 *
 * @throws {BaroError} `bad-definition` if an option makes no sense, or allows what nobody should.
 *
 * @example
 * ```ts
 * export const news = channel('news', { events: { article: safeHtml({ maxLength: 20_000 }) } })
 * ```
 */
export function safeHtml(options: SafeHtmlOptions = {}): TextSchema {
  const checked = checkedOptions('safeHtml', options, rules)
  const { maxLength = usualMaxLength, allowedTags = textTags, allowedSchemes = usualSchemes } = checked
  const byTag: Readonly<Record<string, readonly string[]>> = checked.allowedAttributes ?? textAttributes
  const allowedAttributes = Object.fromEntries(Object.entries(byTag).map(([tag, names]) => [tag, [...names]]))
  const settings: sanitize.IOptions = {
    allowedTags: [...allowedTags],
    allowedAttributes: { ...allowedAttributes, a: [...(allowedAttributes.a ?? []), 'rel'] },
    allowedSchemes: [...allowedSchemes],
    allowedSchemesByTag: {},
    allowedSchemesAppliedToAttributes: [...urlAttributes],
    allowProtocolRelative: allowedSchemes.includes('https'),
    nonTextTags: [...tagsWithoutText],
    nestingLimit: deepestTag,
    parseStyleAttributes: false,
    transformTags: { a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: linkOfAStranger } }) },
  }
  const once = (html: string) => sanitize(cleanCharacters(html), settings)
  // Nothing but text can be read in one way only.
  const text = (html: string) => sanitize(cleanCharacters(html), { ...settings, allowedTags: [] })
  return textSchema(maxLength, (html) => settled(once, html) ?? settled(text, html) ?? '')
}

/**
 * What comes out the same when it goes in again: nobody reads it otherwise than it was read here. One look is not enough.
 *
 * - A tag that goes may have ended another one: `<p><td><ol>` becomes `<p><ol>`, where the list ends the paragraph.
 * - `java&#x202e;script:` is no scheme, and is one without that character, which is an entity until the first look.
 * - `<b>&#x338;` becomes a bracket with a stroke behind it. NFC makes one character of both, and attributes of the text.
 */
function settled(look: (html: string) => string, html: string): string | undefined {
  let before = look(html)
  for (let looks = 1; looks < mostLooks; looks++) {
    const after = look(before)
    if (after === before) return after
    before = after
  }
  return undefined
}
