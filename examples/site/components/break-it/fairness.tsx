import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './break-it.module.css'

/** What is compared, and what is not. */
export function Fairness({ language }: { language: Language }) {
  const { difference: says } = wordsIn(language)
  return (
    <details className={styles.fair}>
      <summary>{says.fairTitle}</summary>
      {says.fair.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </details>
  )
}
