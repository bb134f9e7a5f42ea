import type { Language } from '../../i18n/languages.ts'
import type { Words } from '../../i18n/words.ts'
import { AccountLink } from '../account/account-link.tsx'
import { CurrentInView } from './current-in-view.tsx'
import styles from './frame.module.css'
import { IntentLink } from './intent-link.tsx'
import { LanguageSwitch } from './language-switch.tsx'
import { demos, isDemo, type Section, type SectionId, topics } from './sections.ts'

/** The head of each page. The path comes without its language: the address bar may show it without one too. */
export function SiteHeader({
  language,
  site,
  path,
  section,
}: {
  language: Language
  site: Words['site']
  path: string
  section?: SectionId
}) {
  const isOfDemo = isDemo(section)
  const linkTo = ({ id, path }: Section & { readonly id: keyof typeof site }) => (
    <IntentLink
      key={id}
      href={`/${language}${path}`}
      aria-current={section === id ? 'page' : isOfDemo && id === 'demos' ? 'true' : undefined}
    >
      {site[id]}
    </IntentLink>
  )
  return (
    <header className={styles.header}>
      <a className={styles.skip} href="#content">
        {site.skip}
      </a>
      <IntentLink className={styles.mark} href={`/${language}`}>
        바로 <span lang="en">baro</span>
      </IntentLink>
      <nav className={styles.links} aria-label={site.title}>
        {topics.map(linkTo)}
      </nav>
      <div className={styles.own}>
        <AccountLink language={language} isCurrent={section === 'account'} />
        <LanguageSwitch language={language} path={path} label={site.language} />
      </div>
      {isOfDemo && (
        <CurrentInView className={`${styles.links} ${styles.demos}`} label={site.demos}>
          {demos.map(linkTo)}
        </CurrentInView>
      )}
    </header>
  )
}
