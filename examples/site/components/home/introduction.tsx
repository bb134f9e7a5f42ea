import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { IntentLink } from '../frame/intent-link.tsx'
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
      <Install />
      <p className={styles.ways}>
        <IntentLink href={`/${language}/docs`}>{home.docs}</IntentLink>
        <IntentLink href={`/${language}/demos`}>{site.demos}</IntentLink>
      </p>
      <PhoneCode />
    </section>
  )
}
