import type { Metadata } from 'next'
import { type Language, languages } from './languages.ts'

/** Where the site is for everybody else: what a page says of itself must hold outside of it. */
export function siteUrl(path = ''): string {
  return new URL(path, process.env.SITE_URL || 'http://localhost:3000').href
}

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
    twitter: { card: 'summary_large_image' },
    openGraph: {
      images: [{ url: '/share.png', width: 1_200, height: 630, alt: description }],
      type: 'website',
      url: `/${language}${path}`,
      ...(title !== undefined && { title }),
      description,
      locale: language,
    },
  }
}
