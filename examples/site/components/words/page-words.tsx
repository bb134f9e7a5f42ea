import type { ReactNode } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { type Part, textsIn } from '../../i18n/words.ts'
import { WordsProvider } from './words-provider.tsx'

/**
 * What the parts of a page that run in the browser say: they get it with the page, in its language only, and no script holds it. With
 * both languages in a script, the home page had 20 kB more.
 */
export function PageWords({
  language,
  of,
  children,
}: {
  language: Language
  of: readonly Part[]
  children: ReactNode
}) {
  return (
    <WordsProvider language={language} texts={textsIn(language, of)}>
      {children}
    </WordsProvider>
  )
}
