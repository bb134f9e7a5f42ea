'use client'

import { createContext, type ReactNode, use, useMemo } from 'react'
import { inWords, type TextsOf } from '../../i18n/phrase.ts'
import type { Part, Words } from '../../i18n/words.ts'

const Given = createContext<Partial<Words>>({})

/** Gives what is below it some parts of what the site says, beside those that it is given from above. */
export function WordsProvider({
  language,
  texts,
  children,
}: {
  language: string
  texts: Partial<TextsOf<Words>>
  children: ReactNode
}) {
  const above = use(Given)
  const given = useMemo(
    () => ({ ...above, ...inWords<Partial<Words>>(texts as TextsOf<Partial<Words>>, language) }),
    [above, texts, language],
  )
  return <Given value={given}>{children}</Given>
}

/** Parts of what the site says, in the language of the page, whose frame or layout names each of them. */
export function useWords<P extends Part>(...parts: readonly P[]): Pick<Words, P> {
  const given = use(Given)
  const missing = parts.find((part) => given[part] === undefined)
  if (missing) throw new Error(`The frame of this page does not name "${missing}" among its words.`)
  return given as Pick<Words, P>
}
