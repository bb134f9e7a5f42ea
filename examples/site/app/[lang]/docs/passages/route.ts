import { firstFile, guideFile, guides } from '../../../../components/docs/guides.ts'
import { readPassages, readReferencePassages } from '../../../../components/docs/markdown.ts'
import { referenceFile, referencePages } from '../../../../components/docs/reference-pages.ts'
import { isLanguage, languages } from '../../../../i18n/languages.ts'

interface Context {
  readonly params: Promise<{ lang: string }>
}

/** Made by the build, once for each language. */
export const dynamic = 'force-static'
export const dynamicParams = false

export function generateStaticParams() {
  return languages.map((lang) => ({ lang }))
}

/** What the search of the guides looks through. */
export async function GET(_request: Request, { params }: Context): Promise<Response> {
  const { lang } = await params
  if (!isLanguage(lang)) return new Response(null, { status: 404 })
  const passages = await Promise.all([
    readPassages(firstFile(lang), `/${lang}/docs`),
    ...guides.map((guide) => readPassages(guideFile(lang, guide), `/${lang}/docs/${guide}`)),
    ...referencePages.map((page) => readReferencePassages(referenceFile(page), `/${lang}/docs/api/${page}`)),
  ])
  return Response.json(passages.flat())
}
