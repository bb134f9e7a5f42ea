import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import styles from './docs.module.css'
import { DocsSearch } from './docs-search.tsx'
import { guides } from './guides.ts'
import type { Document } from './markdown.ts'

/** A document, beside its chapters, and the other guides if it is one of them. */
export function DocumentPage({
  language,
  document: { title, html, chapters },
  lead,
  guide,
  isEnglish,
  deepest = 2,
}: {
  language: Language
  document: Document
  lead?: string
  /** Which of the guides it is, or `api` for a page of the reference; `undefined` if it is none. */
  guide?: string | undefined
  /** Whether it is written in English, whatever the language of the page. */
  isEnglish: boolean
  /** Chapters down to this depth are listed beside it. */
  deepest?: number
}) {
  const { docs, site } = wordsIn(language)
  return (
    <div className={styles.page}>
      <nav className={styles.side} aria-label={docs.contents}>
        {guide !== undefined && <DocsSearch language={language} />}
        {guide !== undefined && (
          <ul>
            <li>
              <IntentLink href={`/${language}/docs`} aria-current={guide === '' ? 'page' : undefined}>
                {docs.first}
              </IntentLink>
            </li>
            {guides.map((name) => (
              <li key={name}>
                <IntentLink href={`/${language}/docs/${name}`} aria-current={guide === name ? 'page' : undefined}>
                  {docs.guides[name]}
                </IntentLink>
              </li>
            ))}
            <li>
              <IntentLink href={`/${language}/docs/api`} aria-current={guide === 'api' ? 'page' : undefined}>
                {docs.reference}
              </IntentLink>
            </li>
          </ul>
        )}
        <ul aria-label={title} lang={isEnglish ? 'en' : undefined}>
          {chapters
            .filter(({ depth }) => depth <= deepest)
            .map(({ id, text, depth }) => (
              <li key={id} data-depth={depth}>
                <a href={`#${id}`}>{text}</a>
              </li>
            ))}
        </ul>
      </nav>
      <article lang={isEnglish ? 'en' : undefined} className={styles.document}>
        <h1>{guide === '' ? site.docs : title}</h1>
        {lead && <p lang={language}>{lead}</p>}
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: it is made of a document of this repository. */}
        <div dangerouslySetInnerHTML={{ __html: html }} />
      </article>
    </div>
  )
}
