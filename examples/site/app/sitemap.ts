import type { MetadataRoute } from 'next'
import { guides } from '../components/docs/guides.ts'
import { referencePages } from '../components/docs/reference-pages.ts'
import { demos, type Section, topics } from '../components/frame/sections.ts'
import { languages } from '../i18n/languages.ts'
import { siteUrl } from '../i18n/page-metadata.ts'

/** The pages that there are, each with its other language. */
export default function sitemap(): MetadataRoute.Sitemap {
  const sections: readonly Section[] = [...topics, ...demos]
  const paths = [
    ...sections.map(({ path }) => path),
    '/pages-router',
    ...guides.map((guide) => `/docs/${guide}`),
    ...['', ...referencePages.map((page) => `/${page}`)].map((page) => `/docs/api${page}`),
  ]
  return paths.flatMap((path) =>
    languages.map((language) => ({
      url: siteUrl(`/${language}${path}`),
      alternates: { languages: Object.fromEntries(languages.map((one) => [one, siteUrl(`/${one}${path}`)])) },
    })),
  )
}
