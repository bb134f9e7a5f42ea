import Link from 'next/link'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { AccountLink } from '../account/account-link.tsx'
import styles from './frame.module.css'
import { LanguageSwitch } from './language-switch.tsx'

/** Where a page belongs in the navigation. */
export type Section =
  | 'home'
  | 'rooms'
  | 'news'
  | 'shop'
  | 'market'
  | 'device'
  | 'machine'
  | 'transports'
  | 'compare'
  | 'compat'
  | 'how'
  | 'account'

/** Those that read rows. */
const ofDatabase: ReadonlySet<string> = new Set(['news', 'shop', 'market'])

/** The head of each page. The path comes without its language: the address bar may show it without one too. */
export function SiteHeader({ language, path, section }: { language: Language; path: string; section?: Section }) {
  const { site } = wordsIn(language)
  const links = [
    { to: 'rooms', href: `/${language}/rooms/1`, text: site.rooms },
    { to: 'news', href: `/${language}/news`, text: site.news },
    { to: 'shop', href: `/${language}/shop`, text: site.shop },
    { to: 'market', href: `/${language}/market`, text: site.market },
    { to: 'device', href: `/${language}/device`, text: site.devices },
    { to: 'machine', href: `/${language}/machine`, text: site.machine },
    { to: 'transports', href: `/${language}/transports`, text: site.transports },
    { to: 'compare', href: `/${language}/compare`, text: site.compare },
    { to: 'compat', href: `/${language}/compat`, text: site.compat },
    { to: 'how', href: `/${language}/how`, text: site.how },
  ]
  return (
    <header className={styles.header}>
      <a className={styles.skip} href="#content">
        {site.skip}
      </a>
      <Link className={styles.mark} href={`/${language}`} aria-current={section === 'home' ? 'page' : undefined}>
        바로 <span lang="en">baro</span>
      </Link>
      <nav className={styles.links} aria-label={site.title}>
        {links.map(({ to, href, text }) => (
          <Link
            key={to}
            href={href}
            // A page of the database is read for who asks for it, not for each who sees a link to it.
            prefetch={ofDatabase.has(to) ? false : 'auto'}
            aria-current={section === to ? 'page' : undefined}
          >
            {text}
          </Link>
        ))}
      </nav>
      <div className={styles.own}>
        <AccountLink language={language} isCurrent={section === 'account'} />
        <LanguageSwitch language={language} path={path} />
      </div>
    </header>
  )
}
