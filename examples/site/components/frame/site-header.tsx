import Link from 'next/link'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { AccountLink } from '../account/account-link.tsx'
import styles from './frame.module.css'
import { LanguageSwitch } from './language-switch.tsx'
import { demos, isDemo, type Section, type SectionId, topics } from './sections.ts'

/** The head of each page. The path comes without its language: the address bar may show it without one too. */
export function SiteHeader({ language, path, section }: { language: Language; path: string; section?: SectionId }) {
  const { site } = wordsIn(language)
  const isOfDemo = isDemo(section)
  const linkTo = ({ id, path, ofDatabase }: Section & { readonly id: keyof typeof site }) => (
    <Link
      key={id}
      href={`/${language}${path}`}
      prefetch={ofDatabase ? false : 'auto'}
      aria-current={section === id ? 'page' : isOfDemo && id === 'demos' ? 'true' : undefined}
    >
      {site[id]}
    </Link>
  )
  return (
    <header className={styles.header}>
      <a className={styles.skip} href="#content">
        {site.skip}
      </a>
      <Link className={styles.mark} href={`/${language}`}>
        바로 <span lang="en">baro</span>
      </Link>
      <nav className={styles.links} aria-label={site.title}>
        {topics.map(linkTo)}
      </nav>
      <div className={styles.own}>
        <AccountLink language={language} isCurrent={section === 'account'} />
        <LanguageSwitch language={language} path={path} />
      </div>
      {isOfDemo && (
        <nav className={`${styles.links} ${styles.demos}`} aria-label={site.demos}>
          {demos.map(linkTo)}
        </nav>
      )}
    </header>
  )
}
