import type { Language } from './languages.ts'
import { wordsIn } from './words.ts'

/** Where one can go from a page that is none. */
export function waysOn(language: Language): readonly { readonly href: string; readonly text: string }[] {
  const { site } = wordsIn(language)
  return [
    { href: `/${language}`, text: site.home },
    { href: `/${language}/rooms/1`, text: site.rooms },
    { href: `/${language}/news`, text: site.news },
    { href: `/${language}/shop`, text: site.shop },
    { href: `/${language}/market`, text: site.market },
    { href: `/${language}/device`, text: site.devices },
    { href: `/${language}/machine`, text: site.machine },
    { href: `/${language}/transports`, text: site.transports },
    { href: `/${language}/compare`, text: site.compare },
    { href: `/${language}/how`, text: site.how },
  ]
}
