import type { Metadata } from 'next'
import { DocumentPage } from '../../../../components/docs/document-page.tsx'
import { guideFile, guides, hrefOfFile } from '../../../../components/docs/guides.ts'
import { readDocument } from '../../../../components/docs/markdown.ts'
import { PageFrame } from '../../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string; name: (typeof guides)[number] }>
}

/** There are no others. */
export const dynamicParams = false

export function generateStaticParams() {
  return guides.map((name) => ({ name }))
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [language, { name }] = await Promise.all([pageLanguage(params), params])
  const { docs } = wordsIn(language)
  return pageMetadata({ language, path: `/docs/${name}`, title: docs.guides[name], description: docs.description })
}

export default async function GuidePage({ params }: Props) {
  const [language, { name }] = await Promise.all([pageLanguage(params), params])
  const file = guideFile(language, name)
  const document = await readDocument(file, (file) => hrefOfFile(language, file))
  return (
    <PageFrame language={language} words={['search']} path={`/docs/${name}`} section="docs">
      <DocumentPage language={language} document={document} guide={name} isEnglish={!file.startsWith('docs/ko/')} />
    </PageFrame>
  )
}
