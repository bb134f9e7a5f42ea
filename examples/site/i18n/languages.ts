/** The languages of the site; the first is the one for everybody else. */
export const languages = ['en', 'ko'] as const

/** One of the languages of the site. */
export type Language = (typeof languages)[number]

/** What each is called by those who read it. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' }

/** The cookie that remembers a choice. */
export const languageCookie = 'language'

/** Whether a text, for example the first segment of a path, names a language of the site. */
export function isLanguage(text: string | undefined): text is Language {
  return languages.some((language) => language === text)
}
