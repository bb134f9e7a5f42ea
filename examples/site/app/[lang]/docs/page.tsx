import type { Metadata } from 'next'
import { DocumentPage } from '../../../components/docs/document-page.tsx'
import { firstFile, hrefOfFile } from '../../../components/docs/guides.ts'
import { readDocument } from '../../../components/docs/markdown.ts'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const { site, docs } = wordsIn(language)
  return pageMetadata({ language, path: '/docs', title: site.docs, description: docs.description })
}

export default async function DocsPage({ params }: Props) {
  const language = await pageLanguage(params)
  const document = await readDocument(firstFile(language), (file) => hrefOfFile(language, file))
  return (
    <PageFrame language={language} words={['search']} path="/docs" section="docs">
      <DocumentPage language={language} document={document} guide="" isEnglish={language === 'en'} />
    </PageFrame>
  )
}
