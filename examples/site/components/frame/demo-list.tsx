import Link from 'next/link'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './demo-list.module.css'
import { demos, type Section } from './sections.ts'

/** What there is to try: each with what it shows. */
export function DemoList({ language }: { language: Language }) {
  const words = wordsIn(language)
  return (
    <ul className={styles.demos}>
      {demos.map(({ id, path, ofDatabase }: Section & (typeof demos)[number]) => (
        <li key={id}>
          <Link href={`/${language}${path}`} prefetch={ofDatabase ? false : 'auto'}>
            {words.site[id]}
          </Link>
          <p>{words.demos.hints[id]}</p>
        </li>
      ))}
    </ul>
  )
}
