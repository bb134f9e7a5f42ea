import type { ReactNode } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { type Part, wordsIn } from '../../i18n/words.ts'
import { PageWords } from '../words/page-words.tsx'
import { Frame } from './frame.tsx'
import type { SectionId } from './sections.ts'

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
  const { site } = wordsIn(language)
  return (
    <PageWords language={language} of={words}>
      <Frame language={language} site={site} path={path} renderedAtMs={Date.now()} {...(section && { section })}>
        {children}
      </Frame>
    </PageWords>
  )
}
