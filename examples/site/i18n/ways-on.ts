import { demos, topics } from '../components/frame/sections.ts'
import type { Language } from './languages.ts'
import { wordsIn } from './words.ts'

/** Where one can go from a page that is none. */
export function waysOn(language: Language): readonly { readonly href: string; readonly text: string }[] {
  const { site } = wordsIn(language)
  return [...topics, ...demos].map(({ id, path }) => ({ href: `/${language}${path}`, text: site[id] }))
}
