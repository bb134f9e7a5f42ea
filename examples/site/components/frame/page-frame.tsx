import type { ReactNode } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { type Part, wordsIn } from '../../i18n/words.ts'
import { Visit } from '../demos/visit.tsx'
import { PageWords } from '../words/page-words.tsx'
import styles from './frame.module.css'
import { isDemo, type SectionId } from './sections.ts'
import { SiteHeader } from './site-header.tsx'

/** A page: its head, its content, its foot. */
export function PageFrame({
  language,
  path,
  section,
  words = [],
  children,
}: {
  language: Language
  path: string
  section?: SectionId
  /** What its parts in the browser say, beside what the layout gives. */
  words?: readonly Part[]
  children: ReactNode
}) {
  return (
    <PageWords language={language} of={words}>
      <SiteHeader language={language} path={path} {...(section && { section })} />
      <main id="content" className={styles.content} data-rendered-at={Date.now()}>
        {children}
      </main>
      {isDemo(section) && <Visit demo={section} />}
      <footer className={styles.footer}>{wordsIn(language).site.footer}</footer>
    </PageWords>
  )
}
