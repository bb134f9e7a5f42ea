import type { MetadataRoute } from 'next'
import { guides } from '../components/docs/guides.ts'
import { demos, type Section, topics } from '../components/frame/sections.ts'
import { languages } from '../i18n/languages.ts'
import { siteUrl } from '../i18n/page-metadata.ts'

/** The pages that there are, each with its other language. */
export default function sitemap(): MetadataRoute.Sitemap {
  const sections: readonly Section[] = [...topics, ...demos]
  const paths = [...sections.map(({ path }) => path), ...guides.map((guide) => `/docs/${guide}`)]
  return paths.flatMap((path) =>
    languages.map((language) => ({
      url: siteUrl(`/${language}${path}`),
      alternates: { languages: Object.fromEntries(languages.map((one) => [one, siteUrl(`/${one}${path}`)])) },
    })),
  )
}
