import Link from 'next/link'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './home.module.css'
import { Install } from './install.tsx'
import { PhoneCode } from './phone-code.tsx'

/** What this is, for whom, and how one gets it. */
export function Introduction({ language }: { language: Language }) {
  const { home, site } = wordsIn(language)
  return (
    <section className={styles.introduction}>
      <h1>{home.headline}</h1>
      <p className={styles.lead}>{home.lead}</p>
      <Install language={language} />
      <p className={styles.ways}>
        <Link href={`/${language}/docs`}>{home.docs}</Link>
        <Link href={`/${language}/demos`}>{site.demos}</Link>
      </p>
      <PhoneCode language={language} />
    </section>
  )
}
