'use client'

import { type Language, languageCookie, languageNames, languages } from '../../i18n/languages.ts'
import styles from './frame.module.css'

/** Leads to the same page in the other language, and remembers the choice. */
export function LanguageSwitch({ language, path, label }: { language: Language; path: string; label: string }) {
  return (
    <nav className={`${styles.links} ${styles.languages}`} aria-label={label}>
      {languages.map((other) => (
        // A new document, not a client navigation: the language of the whole page changes.
        <a
          key={other}
          href={`/${other}${path}`}
          lang={other}
          hrefLang={other}
          aria-current={other === language ? 'true' : undefined}
          onClick={() => remember(other)}
        >
          {languageNames[other]}
        </a>
      ))}
    </nav>
  )
}

function remember(language: Language): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in all browsers yet.
  document.cookie = `${languageCookie}=${language}; path=/; max-age=31536000; samesite=lax`
}
