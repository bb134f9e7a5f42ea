import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './home.module.css'

/** What this is, in a few lines: what follows shows it. */
export function Introduction({ language }: { language: Language }) {
  const { home } = wordsIn(language)
  return (
    <section className={styles.introduction}>
      <h1>{home.headline}</h1>
      <p>{home.lead}</p>
    </section>
  )
}
