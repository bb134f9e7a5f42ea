import type { ReactNode } from 'react'
import type { Language } from '../../i18n/languages.ts'
import type { Words } from '../../i18n/words.ts'
import { Visit } from '../demos/visit.tsx'
import styles from './frame.module.css'
import { isDemo, type SectionId } from './sections.ts'
import { SiteHeader } from './site-header.tsx'

/** What a page is framed by: of the App Router or of the Pages Router. */
export function Frame({
  language,
  site,
  path,
  section,
  renderedAtMs,
  children,
}: {
  language: Language
  site: Words['site']
  path: string
  section?: SectionId
  renderedAtMs: number
  children: ReactNode
}) {
  return (
    <>
      <SiteHeader language={language} site={site} path={path} {...(section && { section })} />
      <main id="content" className={styles.content} data-rendered-at={renderedAtMs}>
        {children}
      </main>
      {isDemo(section) && <Visit demo={section} />}
      <footer className={styles.footer}>{site.footer}</footer>
    </>
  )
}
