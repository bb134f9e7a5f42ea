import type { Language } from '../../i18n/languages.ts'
import { siteUrl } from '../../i18n/page-metadata.ts'
import type { TextsOf } from '../../i18n/phrase.ts'
import { type Part, textsIn, type Words, wordsIn } from '../../i18n/words.ts'
import { codeHtml } from '../code/code-html.ts'
import { readSource } from '../code/read-source.ts'
import { type ShownPage, sourcesOf } from '../code/sources-of.ts'
import type { SectionId } from '../frame/sections.ts'

/** What `_app` needs to frame a page. All of a page of the Pages Router runs in the browser too, so it gets this as data. */
export interface Framed {
  readonly language: Language
  /** Without its language. */
  readonly path: string
  readonly section: SectionId
  readonly title: string
  readonly description: string
  /** Where the site is for everybody else. */
  readonly origin: string
  readonly site: Words['site']
  readonly texts: Partial<TextsOf<Words>>
  readonly sources: readonly { readonly file: string; readonly html: string }[]
  readonly renderedAtMs: number
}

/** Makes it, in `getStaticProps`. */
export async function framed({
  language,
  words,
  shown,
  ...page
}: Pick<Framed, 'language' | 'path' | 'section' | 'title' | 'description'> & {
  /** What the parts of the page say, beside those of its frame. */
  readonly words: readonly Part[]
  /** The page whose code it shows. */
  readonly shown: ShownPage
}): Promise<Framed> {
  const sources = sourcesOf[shown].map(async (file) => ({
    file,
    html: await codeHtml({ code: await readSource(file) }),
  }))
  return {
    ...page,
    language,
    origin: siteUrl(),
    site: wordsIn(language).site,
    texts: textsIn(language, ['live', 'drawer', 'account', ...words]),
    sources: await Promise.all(sources),
    renderedAtMs: Date.now(),
  }
}
