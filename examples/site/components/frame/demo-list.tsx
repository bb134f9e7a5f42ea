import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './demo-list.module.css'
import { IntentLink } from './intent-link.tsx'
import { demos } from './sections.ts'

/** What there is to try: each with what it shows. */
export function DemoList({ language }: { language: Language }) {
  const words = wordsIn(language)
  return (
    <ul className={styles.demos}>
      {demos.map(({ id, path }) => (
        <li key={id}>
          <IntentLink href={`/${language}${path}`}>{words.site[id]}</IntentLink>
          <p>{words.demos.hints[id]}</p>
        </li>
      ))}
    </ul>
  )
}
