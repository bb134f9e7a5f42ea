import Negotiator from 'negotiator'
import { isLanguage, type Language, languages } from './languages.ts'

/** Chooses the language for a visitor: the one chosen before, else the best of `Accept-Language`. */
export function negotiate(chosen: string | undefined, accepted: string | null): Language {
  if (isLanguage(chosen)) return chosen
  const best = new Negotiator({ headers: { 'accept-language': accepted ?? '' } }).language([...languages])
  return isLanguage(best) ? best : languages[0]
}
