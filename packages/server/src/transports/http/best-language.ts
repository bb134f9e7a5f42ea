import Negotiator from 'negotiator'

/**
 * Which of an application's languages somebody gets (RFC 9110 §12.5.4).
 *
 * @param languages At least one; the first is for everybody else.
 * @param accepted An `Accept-Language`; empty if the request has none.
 */
export function bestLanguage<Language extends string>(languages: readonly Language[], accepted: string): Language {
  const negotiator = new Negotiator({ headers: { 'accept-language': accepted } })
  return (negotiator.language([...languages]) ?? languages[0]) as Language
}
