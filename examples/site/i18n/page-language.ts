import { notFound } from 'next/navigation'
import { isLanguage, type Language } from './languages.ts'

/** The language of a page, from its `[lang]` segment; another segment there is no page. */
export async function pageLanguage(params: Promise<{ lang: string }>): Promise<Language> {
  const { lang } = await params
  return isLanguage(lang) ? lang : notFound()
}
