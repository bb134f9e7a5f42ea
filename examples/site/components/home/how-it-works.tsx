import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './home.module.css'

/** What the numbers above mean: how a cached page goes on. */
export function HowItWorks({ language }: { language: Language }) {
  const { home } = wordsIn(language)
  return (
    <section className={styles.steps} aria-labelledby="steps">
      <h2 id="steps">{home.stepsTitle}</h2>
      <ol>
        {home.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  )
}
