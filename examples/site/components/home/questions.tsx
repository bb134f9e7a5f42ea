import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './home.module.css'

/** What one asks who has seen the demo. */
export function Questions({ language }: { language: Language }) {
  const { questions } = wordsIn(language)
  return (
    <div className={styles.questions}>
      {questions.map(({ title, text }) => (
        <section key={title}>
          <h2>{title}</h2>
          <p>{text}</p>
        </section>
      ))}
    </div>
  )
}
