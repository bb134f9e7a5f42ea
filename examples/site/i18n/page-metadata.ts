import type { Metadata } from 'next'
import { type Language, languages } from './languages.ts'

/** What search engines and shared links are told of a page. The path comes without its language. */
export function pageMetadata({
  language,
  path,
  title,
  description,
}: {
  language: Language
  path: string
  title?: string
  description: string
}): Metadata {
  return {
    ...(title !== undefined && { title }),
    description,
    alternates: {
      canonical: `/${language}${path}`,
      // Without a language the site chooses one.
      languages: { ...Object.fromEntries(languages.map((one) => [one, `/${one}${path}`])), 'x-default': path || '/' },
    },
    openGraph: {
      type: 'website',
      url: `/${language}${path}`,
      ...(title !== undefined && { title }),
      description,
      locale: language,
    },
  }
}
